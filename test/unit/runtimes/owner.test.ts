// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ownedName, isOrphan } from '../../../src/runtimes/owner.js';

test('what a running process made is no orphan, and names do not repeat', async () => {
  const [one, other] = [await ownedName(), await ownedName()];
  expect(one).not.toBe(other);
  expect(await isOrphan(one)).toBe(false);
});

test('what is of a process that is no more is an orphan, also when its number is taken again', async () => {
  const child = spawn('true');
  await once(child, 'close');
  const words = (await ownedName()).split('-');
  expect(await isOrphan(words.with(1, String(child.pid)).join('-'))).toBe(true);
  expect(await isOrphan(words.with(2, '1').join('-'))).toBe(true);
});

test('what is not ours, or is of another machine, is let alone', async () => {
  const words = (await ownedName()).split('-');
  for (const name of ['', 'web', 'l7build-x', 'l7build-1-2-3', words.with(3, '1').join('-')]) {
    expect(await isOrphan(name)).toBe(false);
  }
});
