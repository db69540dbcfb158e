// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unifiedHunks } from '../../../src/series/unified-diff.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'l7build-diff-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** What diff(1) says of two texts, without its two header lines. */
function diff(old: string, now: string): string {
  writeFileSync(join(dir, 'old'), old);
  writeFileSync(join(dir, 'now'), now);
  try {
    return execFileSync('diff', ['-u', '-d', 'old', 'now'], { cwd: dir, encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout: string }).stdout.split('\n').slice(2).join('\n');
  }
}

/** What patch(1) makes of the old text by our hunks. */
function patched(old: string, hunks: string): string {
  writeFileSync(join(dir, 'f'), old);
  writeFileSync(join(dir, 'p'), `--- a/f\n+++ b/f\n${hunks}`);
  execFileSync('patch', ['-s', '-f', '-F0', '-i', 'p', 'f'], { cwd: dir });
  return readFileSync(join(dir, 'f'), 'utf8');
}

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `line ${String(index)}\n`);

describe('unified hunks', () => {
  it.each([
    ['one change', numbered(20), numbered(20).with(9, 'x\n')],
    ['two far changes', numbered(30), numbered(30).with(2, 'x\n').with(25, 'y\n')],
    [
      'two changes whose contexts touch',
      numbered(30),
      numbered(30).with(10, 'x\n').with(17, 'y\n'),
    ],
    ['two changes one line farther', numbered(30), numbered(30).with(10, 'x\n').with(18, 'y\n')],
    ['an insertion at the start', numbered(9), ['x\n', ...numbered(9)]],
    ['a removal at the end', numbered(9), numbered(8)],
    ['a new file', [], numbered(3)],
    ['an emptied file', numbered(1), []],
    ['a last newline lost', numbered(5), [...numbered(4), 'line 4']],
    ['a last newline won', [...numbered(4), 'line 4'], numbered(5)],
  ])('%s: as diff(1) has it', (_, old, now) => {
    expect(unifiedHunks(old.join(''), now.join(''))).toBe(diff(old.join(''), now.join('')));
  });

  it('is empty for equal texts', () => {
    expect(unifiedHunks('a\nb', 'a\nb')).toBe('');
  });

  it('leads patch(1) from any text to any other', () => {
    const text = fc
      .tuple(
        fc.array(fc.constantFrom('a', 'b', 'c', '', '-x', '+y'), { maxLength: 30 }),
        fc.boolean(),
      )
      .map(([lines, end]) => lines.join('\n') + (end && lines.length > 0 ? '\n' : ''));
    fc.assert(
      fc.property(text, text, (old, now) => {
        fc.pre(old !== now && old !== '' && now !== '');
        expect(patched(old, unifiedHunks(old, now))).toBe(now);
      }),
      { numRuns: 40 },
    );
  });

  it('replaces the middle where the shortest way would take too long to find', () => {
    const old = numbered(1000).join('');
    const now = numbered(1000)
      .map((line) => `other ${line}`)
      .join('');
    const hunks = unifiedHunks(`same\n${old}end\n`, `same\n${now}end\n`);
    expect(patched(`same\n${old}end\n`, hunks)).toBe(`same\n${now}end\n`);
    expect(hunks.startsWith('@@ -1,1002 +1,1002 @@\n same\n-line 0\n')).toBe(true);
  });
});
