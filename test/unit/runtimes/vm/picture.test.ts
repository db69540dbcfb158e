// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pictureOf } from '../../../../src/runtimes/vm/picture.js';

const OWNER = { uid: 1000, gid: 100 };

let root: string;
let tree: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'l7build-picture-'));
  tree = join(root, "it's a tree");
  await mkdir(join(tree, 'sub'), { recursive: true });
  await writeFile(join(tree, 'sub/file'), 'one');
});
afterEach(() => rm(root, { recursive: true }));

const picture = (signal = new AbortController().signal): Promise<string> =>
  pictureOf(join(root, 'vm'), tree, OWNER, signal);

/** What a picture holds of a file. */
const held = (file: string, path: string): string =>
  execFileSync('unsquashfs', ['-cat', file, path], { encoding: 'utf8' });

it('holds what the directory holds, as its owner would have it', async () => {
  await chmod(join(tree, 'sub/file'), 0o640);
  const file = await picture();
  expect(held(file, 'sub/file')).toBe('one');
  const listing = execFileSync('unsquashfs', ['-llnumeric', file], { encoding: 'utf8' });
  expect(listing).toMatch(/^-rw-r----- 1000\/100 .* squashfs-root\/sub\/file$/m);
});

it('is made once for a directory that stays as it is', async () => {
  const first = await stat(await picture());
  const second = await stat(await picture());
  expect(second.ino).toBe(first.ino);
  expect(await readdir(join(root, 'vm'))).toHaveLength(1);
});

const changes: Record<string, () => Promise<unknown>> = {
  'a file has other content, and its old times': async () => {
    const { atime, mtime } = await stat(join(tree, 'sub/file'));
    await writeFile(join(tree, 'sub/file'), 'two');
    await utimes(join(tree, 'sub/file'), atime, mtime);
  },
  'a file went': () => rm(join(tree, 'sub/file')),
  'a file got a second name': () => link(join(tree, 'sub/file'), join(tree, 'other')),
  'a file got other rights': () => chmod(join(tree, 'sub/file'), 0o600),
  'it is another directory of that name': async () => {
    await rm(tree, { recursive: true });
    await mkdir(tree);
  },
};

it.each(Object.entries(changes))('is made anew when %s', async (_, change) => {
  const before = await stat(await picture());
  await change();
  const after = await stat(await picture());
  expect(after.ino).not.toBe(before.ino);
});

it('is made anew when it is of a time to come', async () => {
  const file = await picture();
  const tomorrow = Date.now() / 1000 + 86_400;
  await utimes(file, tomorrow, tomorrow);
  const { mtimeMs } = await stat(await picture());
  expect(mtimeMs).toBeLessThanOrEqual(Date.now());
});

it('leaves nothing half-made', async () => {
  await expect(picture(AbortSignal.abort())).rejects.toMatchObject({
    failure: { reason: 'interrupted' },
  });
  expect(await readdir(join(root, 'vm')).catch(() => [])).toEqual([]);
});
