// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { judge } from '../../../../src/runtimes/engine/probe.js';

const ALLOWED = { memory: 2 ** 30, processes: 192 };
const SOUND = [
  'Name:\tsh',
  'CapEff:\t0000000000000000',
  'NoNewPrivs:\t1',
  'Seccomp:\t2',
  'memory.max: 1073741824',
  'pids.max: 192',
];

/** What a probe told, with lines in the place of those of the same name. */
function told(...changes: readonly string[]): string {
  const names = changes.map((line) => line.split(':')[0]);
  return [...SOUND.filter((line) => !names.includes(line.split(':')[0])), ...changes].join('\n');
}

describe('what a probe tells', () => {
  test('is sound when the promise is kept, and says what holds beyond it', () => {
    const holds = { seccomp: true, memory: true, processes: true };
    expect(judge(told(), ALLOWED)).toEqual(holds);
    expect(judge(told('Seccomp:\t0'), ALLOWED)).toEqual({ ...holds, seccomp: false });
    expect(judge(told('memory.max: max'), ALLOWED)).toEqual({ ...holds, memory: false });
    expect(judge(told('pids.max: 9999'), ALLOWED)).toEqual({ ...holds, processes: false });
  });

  test('is understood of control groups of version 1', () => {
    const v1 = told('memory.max: max', 'memory.limit_in_bytes: 1073741824');
    expect(judge(v1, ALLOWED)).toMatchObject({ memory: true });
    const none = told('memory.max: max', 'memory.limit_in_bytes: 9223372036854771712');
    expect(judge(none, ALLOWED)).toMatchObject({ memory: false });
  });

  test.each([
    ['open: /', 'root of a container can be written'],
    ['route: eth0\t0000', 'route to the network'],
    ['CapEff:\t00000000a80425fb', 'keeps capabilities'],
    ['NoNewPrivs:\t0', 'gain privileges'],
  ])('%s breaks the promise', (line, why) => {
    expect(judge(told(line), ALLOWED)).toContain(why);
  });

  test('that is empty keeps no promise', () => {
    expect(judge('', ALLOWED)).toContain('capabilities');
  });
});
