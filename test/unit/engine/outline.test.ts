// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { outlineOf } from '../../../src/engine/outline.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'l7build-outline-'));
  mkdirSync(join(root, 'a/b'), { recursive: true });
  mkdirSync(join(root, 'empty'));
  for (const path of ['a/b/one', 'a/two', 'three']) writeFileSync(join(root, path), path);
  symlinkSync('two', join(root, 'a/link'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

it('is the same for a tree that is linked to, and for a true copy', async () => {
  const before = await outlineOf(root);
  const [linked, copy] = [`${root}-linked`, `${root}-copy`];
  execFileSync('cp', ['-al', root, linked]);
  execFileSync('cp', ['-a', root, copy]);
  const all = await Promise.all([root, linked, copy].map(outlineOf));
  rmSync(linked, { recursive: true });
  rmSync(copy, { recursive: true });
  expect(all).toEqual([before, before, before]);
});

it.each<[string, () => void]>([
  [
    'is gone',
    () => {
      rmSync(join(root, 'a/b/one'));
    },
  ],
  [
    'is shorter',
    () => {
      truncateSync(join(root, 'a/two'), 1);
    },
  ],
  [
    'was written again',
    () => {
      utimesSync(join(root, 'three'), 7, 7);
    },
  ],
  [
    'is new',
    () => {
      writeFileSync(join(root, 'empty/four'), '');
    },
  ],
  [
    'became a folder',
    () => {
      rmSync(join(root, 'three'));
      mkdirSync(join(root, 'three'));
    },
  ],
])('is another when a file %s', async (_, change) => {
  const before = await outlineOf(root);
  change();
  expect(await outlineOf(root)).not.toBe(before);
});
