// SPDX-License-Identifier: GPL-2.0-only
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const counted = process.env['L7BUILD_TEST_COVERAGE'];
/** Has a program write down which of its lines it ran, where test/coverage counts them. */
export const COUNTED: Readonly<Record<string, string>> =
  counted === undefined ? {} : { NODE_V8_COVERAGE: counted };

/** How a run of the program ended. */
export interface Ended {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** A run of the program in a process group of its own. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #output = { stdout: '', stderr: '' };
  readonly #heard: (() => void)[] = [];

  constructor(args: readonly string[], options: { cwd: string; env: Record<string, string> }) {
    const started = performance.now();
    this.#child = spawn(process.execPath, [MAIN, ...args], {
      cwd: options.cwd,
      env: { ...options.env, ...COUNTED },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const name of ['stdout', 'stderr'] as const) {
      this.#child[name]?.on('data', (chunk: Buffer) => {
        this.#output[name] += chunk.toString();
        for (const hear of this.#heard) hear();
      });
    }
    this.ended = once(this.#child, 'close').then(([code]) => ({
      code: (code as number | null) ?? undefined,
      ...this.#output,
      ms: performance.now() - started,
    }));
  }

  /** Sends a signal to the program alone, as `kill` does. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Sends a signal to the program and all that stayed in its group, as a terminal does. */
  signalGroup(name: NodeJS.Signals): void {
    if (this.#child.pid === undefined || this.#child.exitCode !== null) return;
    process.kill(-this.#child.pid, name);
  }

  /** Resolves when standard output has this text. */
  async says(text: string): Promise<void> {
    const heard = new Promise<void>((done) => {
      const hear = (): void => {
        if (this.#output.stdout.includes(text)) done();
      };
      this.#heard.push(hear);
      hear();
    });
    const early = this.ended.then(({ stdout, stderr }) => {
      if (!stdout.includes(text)) throw new Error(`it never said ${text}:\n${stdout}${stderr}`);
    });
    await Promise.race([heard, early]);
  }
}

/** Command lines of the processes that work below a directory, by number. */
export function processesAt(directory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      try {
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const cwd = readlinkSync(`/proc/${pid}/cwd`);
        return cwd.startsWith(directory) || argv.includes(directory) ? [`${pid} ${argv}`] : [];
      } catch {
        return [];
      }
    });
}
