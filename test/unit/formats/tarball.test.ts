// SPDX-License-Identifier: GPL-2.0-only
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTarball } from '../../../src/formats/tarball.js';
import { exec } from '../../../src/host/exec.js';
import { sha256File } from '../../../src/host/hash.js';

let work: string;
const signal = new AbortController().signal;

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'l7build-tarball-'));
});

afterEach(async () => {
  await rm(work, { recursive: true });
});

/** The same content, made in another order, at another time, under another umask. */
async function tree(
  name: string,
  order: readonly string[],
  mode: number,
  time: number,
): Promise<string> {
  const root = join(work, name);
  await mkdir(join(root, 'lib'), { recursive: true });
  for (const file of order) {
    await writeFile(join(root, file), file);
    await chmod(join(root, file), mode);
    await utimes(join(root, file), time, time);
  }
  await symlink('lib/b', join(root, 'link'));
  return root;
}

test('the archive depends on the content alone', async () => {
  const one = await tree('one', ['a', 'lib/b'], 0o644, 1e9);
  const two = await tree('two', ['lib/b', 'a'], 0o664, 1.5e9);
  await writeTarball(one, join(work, 'one.tar.zst'), signal);
  await writeTarball(two, join(work, 'two.tar.zst'), signal);
  expect(await sha256File(join(work, 'one.tar.zst'))).toBe(
    await sha256File(join(work, 'two.tar.zst')),
  );
});

test('it lists sorted, owned by 0:0, at time 0', async () => {
  const root = await tree('one', ['a', 'lib/b'], 0o644, 1e9);
  await writeTarball(root, join(work, 'x.tar.zst'), signal);
  const { stdout } = await exec([
    'tar',
    '--zstd',
    '--numeric-owner',
    '--utc',
    '-tvf',
    join(work, 'x.tar.zst'),
  ]);
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => line.split(/\s+/)[5])).toEqual([
    './',
    './a',
    './lib/',
    './lib/b',
    './link',
  ]);
  for (const line of lines) expect(line).toMatch(/ 0\/0 .* 1970-01-01 00:00 /);
});

test('a full disk is told of by the place of the archive', async () => {
  const root = await tree('one', ['a', 'lib/b'], 0o644, 1e9);
  await symlink('/dev/full', join(work, 'one.tar.zst'));
  const packed = writeTarball(root, join(work, 'one.tar.zst'), signal);
  await expect(packed).rejects.toMatchObject({
    failure: { reason: 'no-space', message: `no space left for ${work}` },
  });
});
