// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import type { FilePatch } from '../../../src/series/file-patch.js';
import { parseReport, patchArgv, runPatch } from '../../../src/series/gnu-patch.js';
import { Workshop } from './workshop.js';

let shop: Workshop;
beforeEach(() => {
  shop = new Workshop();
});
afterEach(() => {
  shop.remove();
});

const letters = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${String(from + index)}`);

function change(at: number): FilePatch {
  const body = [
    ...letters(at - 3, at - 1).map((line) => ` ${line}`),
    `-line ${String(at)}`,
    `+line ${String(at)} changed`,
    ...letters(at + 1, at + 3).map((line) => ` ${line}`),
  ];
  return {
    kind: 'modify',
    path: 'f',
    line: 1,
    hunks: [{ line: 3, oldStart: at - 3, newStart: at - 3, body }],
  };
}

async function reportOn(content: readonly string[], fuzz: number): Promise<unknown> {
  const dir = shop.scratch();
  const from = join(dir, 'from');
  writeFileSync(from, `${content.join('\n')}\n`);
  const run = { from, to: join(dir, 'to'), hunks: join(dir, 'hunks'), fuzz, reverse: false };
  const report = await runPatch(change(10), run);
  expect(readFileSync(from, 'utf8')).toBe(`${content.join('\n')}\n`);
  return report;
}

describe('GNU patch and its report', () => {
  it('tells clean, offset, fuzz and failed apart', async () => {
    const lines = letters(1, 20);
    expect(await reportOn(lines, 0)).toEqual([{ applied: true, offset: 0, fuzz: 0 }]);
    expect(await reportOn(['x', 'x', ...lines], 0)).toEqual([
      { applied: true, offset: 2, fuzz: 0 },
    ]);
    expect(await reportOn(lines.slice(1), 0)).toEqual([{ applied: true, offset: -1, fuzz: 0 }]);
    const blurred = lines.with(6, 'other');
    expect(await reportOn(blurred, 0)).toEqual([{ applied: false, offset: 0, fuzz: 0 }]);
    expect(await reportOn(['x', ...blurred], 2)).toEqual([{ applied: true, offset: 1, fuzz: 1 }]);
  });

  it('asks no question and never reverses by itself', async () => {
    expect(await reportOn(letters(1, 20).with(9, 'line 10 changed'), 0)).toEqual([
      { applied: false, offset: 0, fuzz: 0 },
    ]);
    expect(patchArgv({ from: 'a', to: 'b', hunks: 'h', fuzz: 0, reverse: true })).toContain(
      '--force',
    );
  });

  it('reads the forms that the report takes', () => {
    const text = `patching file f
Hunk #1 succeeded at 12 with fuzz 2 (offset -3 lines).
Hunk #2 FAILED at 40 (different line endings).
Hunk #3 succeeded at 50 (offset 1 line).
1 out of 3 hunks FAILED`;
    expect(parseReport(text)).toEqual([
      { applied: true, offset: -3, fuzz: 2 },
      { applied: false, offset: 0, fuzz: 0 },
      { applied: true, offset: 1, fuzz: 0 },
    ]);
  });

  it('is the program that the tests think it is', () => {
    expect(execFileSync('patch', ['--version'], { encoding: 'utf8' })).toMatch(/^GNU patch 2\./);
  });

  it('says so when patch(1) is in trouble', async () => {
    const run = {
      from: join(shop.tree, 'Kconfig'),
      to: join(shop.root, 'missing/to'),
      hunks: join(shop.root, 'h'),
      fuzz: 0,
      reverse: false,
    };
    await expect(runPatch(change(10), run)).rejects.toThrow(Failed);
  });
});
