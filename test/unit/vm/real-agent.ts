// SPDX-License-Identifier: GPL-2.0-only
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from '../../../src/vm/agent.js';
import { SerialPort } from '../../../src/vm/serial.js';

const AGENT = join(import.meta.dirname, '../../../guest/agent');

/** The guest's own agent, run here by busybox, at the other end of the pipes that QEMU would hold. */
export class RealAgent {
  /** All that it said. */
  readonly lines: string[] = [];
  agent = new Agent((text) => this.port.send(text));
  #port: SerialPort | undefined;
  #process: ChildProcess | undefined;

  private constructor(readonly folder: string) {}

  static async start(): Promise<RealAgent> {
    const real = new RealAgent(await mkdtemp(join(tmpdir(), 'agent-')));
    real.#port = await SerialPort.open(join(real.folder, 'agent'), {
      onLine: (line) => {
        real.lines.push(line);
        real.agent.receive(line);
      },
    });
    // As QEMU does, the shell opens both pipes for reading and writing.
    const script = 'exec busybox sh "$1" "$2/jobs" <>"$2/agent.in" 1<>"$2/agent.out"';
    real.#process = spawn('sh', ['-c', script, 'sh', AGENT, real.folder], { stdio: 'ignore' });
    return real;
  }

  get port(): SerialPort {
    if (this.#port === undefined) throw new Error('it has no port yet');
    return this.#port;
  }

  get exitCode(): number | null | undefined {
    return this.#process?.exitCode;
  }

  /** The host's mark of this session. */
  get nonce(): string {
    return this.lines.map((line) => /^<(\w+) hello/.exec(line)?.[1]).find(Boolean) ?? '';
  }

  async stop(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.port.close();
    await rm(this.folder, { recursive: true });
  }
}

/** True if a process with this command line is there. */
export function running(command: string): Promise<boolean> {
  return new Promise((done) => {
    execFile('pgrep', ['-fx', '--', command], (error) => {
      done(error === null);
    });
  });
}
