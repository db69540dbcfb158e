// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { exec } from '../../../src/host/exec.js';

export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Packet {
  readonly dir: '>' | '<';
  readonly bytes: Uint8Array;
}

/** The kernel module's engine as a program, compiled from its sources for the tests of one file. */
export interface L7try {
  /** A temporary directory. */
  readonly dir: string;
  compile(files: readonly string[]): Promise<{ states: Map<string, number>; stderr: string }>;
  /** For each flow the files, of those given, whose pattern matched it. */
  matches(files: readonly string[], flows: readonly (readonly Packet[])[]): Promise<string[][]>;
}

export function useL7try(): L7try {
  const dir = mkdtempSync(join(tmpdir(), 'l7build-try-'));
  const program = join(dir, 'l7try');
  beforeAll(async () => {
    await exec(['make', '-s', '-C', join(PROJECT, 'patches/linux/layer7/try'), `OUT=${dir}`]);
  }, 120_000);
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    dir,
    compile: async (files) => {
      const { stdout, stderr } = await exec([program, 'compile', ...files], { accept: [0, 1] });
      const rows = stdout.split('\n').slice(0, -1);
      const states = rows.map((row): [string, number] => {
        const [name = '', count = ''] = row.split('\t');
        return [name, Number(count)];
      });
      return { states: new Map(states), stderr };
    },
    matches: async (files, flows) => {
      const { stdout } = await exec([program, 'lines', '0', '0'], {
        input: flows.map(linesOf(files)).join(''),
      });
      const answers = stdout.split('\n').slice(0, -1);
      let at = 0;
      return flows.map((packets) => {
        at += packets.length * files.length;
        const last = answers.slice(at - files.length, at);
        return packets.length === 0 ? [] : files.filter((_, index) => last[index] === '1');
      });
    },
  };
}

/** A packet's lines, one for each file, packet after packet; an empty line ends the flow. */
function linesOf(files: readonly string[]): (flow: readonly Packet[]) => string {
  return (flow) => {
    const lines = flow.flatMap(({ dir, bytes }) => {
      const hex = Buffer.from(bytes).toString('hex');
      return files.map((file) => `${file}\t${dir}\t${hex}\n`);
    });
    return `${lines.join('')}\n`;
  };
}
