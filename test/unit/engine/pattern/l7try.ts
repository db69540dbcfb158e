// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../../../patches/linux/layer7/try', import.meta.url));

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A flow under one definition: its packets' payloads in arrival order. */
export interface Flow {
  file: string;
  packets: readonly Buffer[];
}

/** The kernel's pattern engine, compiled for userspace into a directory of its own. */
export class L7try {
  readonly directory = mkdtempSync(join(tmpdir(), 'l7try-'));

  /** Compiles; throws what the compiler said. With `sanitize` undefined behaviour ends it. */
  constructor(sanitize = false) {
    const goals = [`OUT=${this.directory}`, 'CFLAGS=-O1 -g', ...(sanitize ? ['SANITIZE=1'] : [])];
    execFileSync('make', ['-s', '-C', source, ...goals], { encoding: 'utf8', stdio: 'pipe' });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  run(args: string[], input = ''): Outcome {
    const { status, stdout, stderr } = spawnSync(join(this.directory, 'l7try'), args, {
      input,
      encoding: 'latin1',
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status, stdout, stderr };
  }

  /** Writes the file as it is, byte by byte of latin1, and gives its path. */
  file(name: string, content: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, content, 'latin1');
    return path;
  }

  /** A definition whose pattern is `pattern`, byte by byte of latin1. */
  definition(name: string, pattern: string): string {
    return this.file(`${name}.pat`, `${name}\n${pattern}\n`);
  }

  /** Per flow, whether it had matched at the end of each packet. Throws what stderr said. */
  match(flows: readonly Flow[]): boolean[][] {
    const text = flows.map(({ file, packets }) =>
      packets.map((payload) => `${file}\t>\t${payload.toString('hex')}\n`).join(''),
    );
    const { status, stdout, stderr } = this.run(['lines', '0', '0'], text.join('\n'));
    if (status !== 0) throw new Error(stderr);
    const lines = stdout.split('\n');
    let at = 0;
    return flows.map(({ packets }) => packets.map(() => lines[at++] === '1'));
  }
}
