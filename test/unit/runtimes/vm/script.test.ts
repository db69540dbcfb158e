// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  commandScript,
  exitCodeIn,
  limitIn,
  sharesOf,
} from '../../../../src/runtimes/vm/script.js';

const SHARES = sharesOf(['/store'], ['/store/work', "/it's $HOME, here"]);
const CIRCUMSTANCES = {
  shares: SHARES,
  user: { uid: 1000, gid: 100 },
  processes: 192,
  now: 1_700_000_000.2,
  seed: 'f00d',
};

/** What guest/builder/workshop defines, each telling how it was called. */
const TELLING = ['devices', 'clock', 'seed', 'root', 'picture', 'readable', 'writable', 'command']
  .map((name) => `${name}() { printf '%s\\n' ${name} "$@"; echo; }`)
  .join('\n');

/** The script's calls in a shell, with their words as they arrive. */
function calls(command: Parameters<typeof commandScript>[0]): string[][] {
  const script = commandScript(command, CIRCUMSTANCES).replace('. /lib/workshop', TELLING);
  const output = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  return output
    .trimEnd()
    .split('\n\n')
    .map((call) => call.split('\n'));
}

describe('sharesOf', () => {
  it('gives each directory a tag, and lets only what is writable be written', () => {
    expect(SHARES).toEqual([
      { tag: 'share0', path: '/store', writable: false },
      { tag: 'share1', path: '/store/work', writable: true },
      { tag: 'share2', path: "/it's $HOME, here", writable: true },
    ]);
  });
});

describe('commandScript', () => {
  it('has the devices come, sets the clock, mounts what lies in others after them, and runs the command last', () => {
    expect(calls({ argv: ['make'], cwd: '/store/work', env: {} })).toEqual([
      ['devices'],
      ['clock', '1700000001'],
      ['seed', 'f00d'],
      ['root', '/dev/vda'],
      ['readable', 'share0', '/store'],
      ['writable', 'share1', '/store/work'],
      ['writable', 'share2', "/it's $HOME, here"],
      expect.arrayContaining(['command', '192', '1000', '100', '/store/work', 'make']),
    ]);
  });

  it('lays the picture of the sources over what is mounted where they lie', () => {
    const sources = "/store/it's src";
    const all = calls({ argv: ['make'], cwd: '/store/work', env: {}, sources });
    expect(all.map(([name]) => name).slice(-2)).toEqual(['picture', 'command']);
    expect(all.at(-2)).toEqual(['picture', '/dev/vdb', sources]);
  });

  it('hands on words and variables as they are', () => {
    const argv = ['sh', 'a \'b\' "c"', '$HOME `id` $(id)', '-n', '\\', '*'] as const;
    const env = { KCFLAGS: "-DX='1 2'" };
    const words = calls({ argv, cwd: "/it's $HOME, here", env }).at(-1);
    expect(words?.slice(-argv.length)).toEqual(argv);
    expect(words).toContain("KCFLAGS=-DX='1 2'");
    expect(words).toContain('HOME=/nonexistent');
  });

  it('does not run the command when something could not be mounted', () => {
    const script = commandScript({ argv: ['make'], cwd: '/', env: {} }, CIRCUMSTANCES);
    const broken = script.replace('. /lib/workshop', `${TELLING}\nreadable() { false; }`);
    const output = execFileSync('sh', ['-c', `${broken}\ntrue`], { encoding: 'utf8' });
    expect(output).toContain('root');
    expect(output).not.toContain('command');
  });
});

describe('limitIn', () => {
  it('reads which limit was met, and none into other words', () => {
    expect(limitIn('met processes\nended 137\n')).toBe('processes');
    expect(limitIn('met memory\nended 137\n')).toBe('memory');
    expect(limitIn('ended 1\n')).toBeUndefined();
    expect(limitIn('met time\nended 1\n')).toBeUndefined();
  });
});

describe('exitCodeIn', () => {
  it('reads what the script tells, and nothing into other words', () => {
    expect(exitCodeIn('ended 0\n')).toBe(0);
    expect(exitCodeIn('ended 137\n')).toBe(137);
    expect(exitCodeIn('')).toBeUndefined();
    expect(exitCodeIn('ended \n')).toBeUndefined();
    expect(exitCodeIn('it ended 0\n')).toBeUndefined();
  });
});
