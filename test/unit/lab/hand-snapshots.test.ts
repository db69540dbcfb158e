// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { HandSnapshots } from '../../../src/lab/hand-snapshots.js';

const KIB = 1024;

/** Snapshots in a folder of their own, of which all may take 64 KiB. */
async function some(): Promise<{ readonly snapshots: HandSnapshots; readonly folder: string }> {
  const lab = await mkdtemp(join(tmpdir(), 'l7build-by-hand-'));
  onTestFinished(() => rm(lab, { recursive: true }));
  return { snapshots: new HandSnapshots(lab, 64 * KIB), folder: join(lab, 'snapshots.d') };
}

/** Writes a file of so many KiB. */
const file =
  (kib: number) =>
  (folder: string): Promise<void> =>
    writeFile(join(folder, 'a.state'), Buffer.alloc(kib * KIB, 1));

const labels = async (snapshots: HandSnapshots): Promise<string[]> =>
  (await snapshots.list()).map(({ label }) => label);

it('are there when they are whole, and in no other case', async () => {
  const { snapshots, folder } = await some();
  expect(await snapshots.list()).toEqual([]);
  const within: string[][] = [];
  const made = await snapshots.make('one', KIB, async (part) => {
    await file(8)(part);
    within.push(await labels(snapshots));
  });
  expect(made).toMatchObject({ label: 'one', bytes: 8 * KIB });
  expect(within).toEqual([[]]);
  expect(await readdir(await snapshots.find('one'))).toEqual(['a.state']);
  const torn = snapshots.make('two', KIB, async (part) => {
    await file(8)(part);
    throw new Error('torn');
  });
  await expect(torn).rejects.toThrow('torn');
  expect(await readdir(folder)).toEqual(['one']);
});

it('begin anew where a killed program has left a part of one', async () => {
  const { snapshots, folder } = await some();
  await mkdir(join(folder, '.part'), { recursive: true });
  await writeFile(join(folder, '.part', 'b.state'), 'half');
  expect(await labels(snapshots)).toEqual([]);
  await snapshots.make('one', KIB, file(8));
  expect(await readdir(join(folder, 'one'))).toEqual(['a.state']);
});

it('take no more than they may, all together, and none goes by itself', async () => {
  const { snapshots, folder } = await some();
  await snapshots.make('one', KIB, file(40));
  await expect(snapshots.make('two', KIB, file(40))).rejects.toMatchObject({
    failure: {
      reason: 'no-space',
      message: 'the snapshot two takes 40.0 KiB, and those of a lab may take 64.0 KiB',
      details: ['one: 40.0 KiB'],
    },
  });
  expect(await readdir(folder)).toEqual(['one']);
  await snapshots.remove('one');
  await snapshots.make('two', KIB, file(40));
  expect(await labels(snapshots)).toEqual(['two']);
});

it('are not begun where the disk has no room', async () => {
  const { snapshots, folder } = await some();
  const unread = snapshots.make('one', 2 ** 60, () => Promise.reject(new Error('begun')));
  await expect(unread).rejects.toMatchObject({ failure: { reason: 'no-space' } });
  expect(await readdir(folder)).toEqual([]);
});

it.each(['', '.', '..', '../one', 'a/b', 'A', '-a', '.part', 'a'.repeat(32)])(
  'are never called %j',
  async (label) => {
    const { snapshots } = await some();
    const usage = { failure: { reason: 'usage' } };
    await expect(snapshots.make(label, KIB, file(8))).rejects.toMatchObject(usage);
    await expect(snapshots.find(label)).rejects.toMatchObject(usage);
    await expect(snapshots.remove(label)).rejects.toMatchObject(usage);
  },
);
