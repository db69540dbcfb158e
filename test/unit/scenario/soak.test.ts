// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeSoak, soakScript } from '../../../src/scenario/soak.js';

const SOAKED = `@soaked
lasted 60
connections 90
pings 9
rules 40
namespaces 8
reloads 3
faults 0
matched 50
unknown 7
left_connections 0
left_patterns 0
left_undecided 0
unloaded 1
`;

function outcomes(stdout: string): string[] {
  const observed = { exitCode: 0, stdout, stderr: '', timedOut: false };
  return judgeSoak(observed, 60, 5).map(({ id, outcome }) => `${id} ${outcome}`);
}

describe('judgeSoak', () => {
  it('passes where all happened and nothing is left', () => {
    expect(outcomes(SOAKED)).toEqual(['worked passed', 'nothing-left passed']);
    expect(outcomes(`${SOAKED}kmemleak 1\nleaks 0\n`)).toContain('no-leak passed');
  });

  it.each([
    ['reloads 3', 'reloads 0', 'worked failed'],
    ['lasted 60', 'lasted 59', 'worked failed'],
    ['lasted 60\n', '', 'worked failed'],
    ['matched 50\n', '', 'worked failed'],
    ['left_patterns 0', 'left_patterns 2', 'nothing-left failed'],
    ['unloaded 1\n', '', 'nothing-left failed'],
    ['unloaded 1', 'unloaded 1\nkmemleak 1\nleaks 3', 'no-leak failed'],
    ['unloaded 1', 'unloaded 1\nkmemleak 1', 'no-leak failed'],
    ['unloaded 1', 'unloaded 1\nfailslab 1', 'survived failed'],
  ])('with "%s" as "%s": %s', (from, to, failed) => {
    expect(outcomes(SOAKED.replace(from, to))).toContain(failed);
  });

  it('says what ended it, and shows the leaks', () => {
    const killed = { exitCode: 137, stdout: '', stderr: 'a\nb\n', timedOut: true };
    expect(judgeSoak(killed, 60, 5)[0]?.observed).toMatch(
      /^lasted not told, connections not told, .* \/ the soak did not end in time: a \/ b$/,
    );
    const stdout = `${SOAKED}kmemleak 1\nleaks 1\n@leaks\nunreferenced object 0xffff\n`;
    const leaky = judgeSoak({ exitCode: 0, stdout, stderr: '', timedOut: false }, 60, 5);
    expect(leaky.at(-1)?.observed).toContain('leaks 1 / unreferenced object 0xffff');
  });
});

describe('guest/soak', () => {
  it.each([
    ['functions', [join(import.meta.dirname, '../../../guest/soak')]],
    ['script', ['-c', soakScript(60)]],
  ])("has %s that the guest's shell takes", (_, args) => {
    const shell = spawnSync('busybox', ['sh', '-n', ...args], { encoding: 'utf8' });
    expect(shell).toMatchObject({ status: 0, stderr: '' });
  });
});
