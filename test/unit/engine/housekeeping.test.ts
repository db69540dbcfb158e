// SPDX-License-Identifier: GPL-2.0-only
import { link, mkdir, mkdtemp, open, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect, examine, survey, totalOf, trim } from '../../../src/engine/housekeeping.js';
import { inventory } from '../../../src/engine/inventory.js';
import { digestOf, Store } from '../../../src/engine/store.js';
import { withLock } from '../../../src/host/lock.js';

const KIB = 1024;

let root: string;
let store: Store;
let waits: number;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'l7build-house-'));
  store = new Store(root);
  waits = 0;
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

/** Makes an entry with a file of so many KiB, last of use so many days ago. */
async function fill(key: string, kib: number, days: number): Promise<void> {
  const { out } = await store.stage(key);
  await writeFile(join(out, 'file'), Buffer.alloc(kib * KIB, key));
  const files = await inventory(out);
  const manifest = { key, task: `compile:${key}`, digest: digestOf(files), files, derived: false };
  await store.publish({ ...manifest, facts: {}, created: '2026-01-01T00:00:00Z', ms: 7 });
  const then = new Date(Date.now() - days * 24 * 3600 * 1000);
  await utimes(join(root, 'entries', key, 'manifest.json'), then, then);
}

const circumstances = (signal = new AbortController().signal) => ({
  signal,
  onWait: () => {
    waits += 1;
  },
});

const entries = () => readdir(join(root, 'entries'));

describe('survey', () => {
  it('tells what there is, the least recently used first', async () => {
    await fill('new', 8, 1);
    await fill('old', 64, 9);
    await fill('used', 8, 20);
    await store.used('used');
    await mkdir(join(root, 'work/tree'), { recursive: true });
    await writeFile(join(root, 'work/tree.lock'), '');
    await utimes(join(root, 'work/tree'), 1, 1);
    await mkdir(join(root, 'ccache/tree-gcc'), { recursive: true });
    await utimes(join(root, 'ccache/tree-gcc'), 2, 2);
    await mkdir(join(root, 'vm'));
    await writeFile(join(root, 'vm/picture.squashfs'), '');
    await utimes(join(root, 'vm/picture.squashfs'), 3, 3);
    const found = await survey(store);
    expect(found.map(({ what }) => what)).toEqual([
      'work tree',
      "a kernel's objects, of ccache",
      'of a machine that compiles',
      'compile:old',
      'compile:new',
      'compile:used',
    ]);
    expect(found[3]?.bytes).toBeGreaterThanOrEqual(64 * KIB);
    expect(found[3]?.bytes).toBeLessThan(100 * KIB);
  });

  it('finds nothing where there is no store', async () => {
    expect(await survey(new Store(join(root, 'none')))).toEqual([]);
  });

  it('knows what is an entry to nobody', async () => {
    await fill('torn', 8, 1);
    await writeFile(join(root, 'entries/torn/manifest.json'), '{');
    expect((await survey(store)).map(({ what }) => what)).toEqual(['no entry any more']);
  });
});

describe('collect', () => {
  it('removes the least recently used until the rest is small enough, and what killed runs left', async () => {
    await fill('a', 64, 3);
    await fill('b', 64, 2);
    await fill('c', 64, 1);
    await store.stage('half');
    await mkdir(join(root, 'vm/.half.state.1'), { recursive: true });
    const { removed, left } = await collect(store, 100 * KIB, circumstances());
    expect(removed.map(({ what }) => what)).toEqual(['compile:a', 'compile:b']);
    expect(await entries()).toEqual(['c']);
    expect(totalOf(left)).toBeLessThan(100 * KIB);
    expect(await readdir(root)).not.toContain('staging');
    expect(await readdir(join(root, 'vm'))).toEqual([]);
  });

  it('frees what trees have in common before it says that it is enough', async () => {
    await fill('pristine', 256, 5);
    await mkdir(join(root, 'work'));
    // Named twice, as the files of a work tree are.
    await mkdir(join(root, 'work/tree'));
    await link(join(root, 'entries/pristine/files/file'), join(root, 'work/tree/file'));
    const { left } = await collect(store, 100 * KIB, circumstances());
    expect(totalOf(left)).toBeLessThan(100 * KIB);
    expect(await readdir(join(root, 'work'))).toEqual([]);
  });

  it('removes everything if nothing may stay', async () => {
    await fill('a', 8, 3);
    expect((await collect(store, 0, circumstances())).left).toEqual([]);
    expect(await entries()).toEqual([]);
  });

  it('waits for who reads, and readers do not wait for each other', async () => {
    await fill('a', 8, 3);
    const order: string[] = [];
    const reader = (): Promise<void> =>
      store.reading(async () => {
        order.push('in');
        await sleep(800);
        expect(await entries()).toEqual(['a']);
        order.push('out');
      });
    const readers = [reader(), reader()];
    await sleep(300);
    await collect(store, 0, circumstances());
    order.push('removed');
    await Promise.all(readers);
    expect(order).toEqual(['in', 'in', 'out', 'out', 'removed']);
    expect(waits).toBe(1);
  });
});

describe('examine', () => {
  it('puts aside what is not as it was made, and leaves the rest', async () => {
    await fill('good', 8, 1);
    await fill('bad', 8, 1);
    await writeFile(join(root, 'entries/bad/files/file'), 'x', { flag: 'r+' });
    const { damaged, ...counts } = await examine(store, circumstances());
    expect(damaged).toEqual([{ key: 'bad', task: 'compile:bad', path: 'file' }]);
    expect(counts).toEqual({ entries: 2, files: 2 });
    expect(await entries()).toEqual(['good']);
    expect(await readdir(join(root, 'quarantine/bad/files'))).toEqual(['file']);
    expect(await store.lookup('bad')).toBeUndefined();
  });

  it('stops when it is interrupted', async () => {
    await fill('a', 8, 1);
    const stop = new AbortController();
    stop.abort();
    await expect(examine(store, circumstances(stop.signal))).rejects.toThrow();
  });
});

describe('trim', () => {
  it('removes the least recently used of what is meant, and nothing else', async () => {
    await fill('ancient', 64, 30);
    await fill('older', 64, 9);
    await fill('newer', 64, 1);
    const meant = (what: string): boolean => what.endsWith('er');
    const { removed } = await trim(store, 80 * KIB, circumstances().signal, meant);
    expect(removed.map(({ what }) => what)).toEqual(['compile:older']);
    expect(await entries()).toEqual(['ancient', 'newer']);
  });
});

describe('sweep', () => {
  it('removes what a killed run left half made, but not what is being made', async () => {
    for (const key of ['left', 'made'])
      await writeFile(join((await store.stage(key)).out, 'x'), '');
    await withLock(store.lockFile('made'), () => store.sweep());
    expect(await readdir(join(root, 'staging'))).toEqual(['made']);
  });
});

describe('an entry that is removed', () => {
  it('is none any more, and stays with who has it open', async () => {
    await fill('open', 4, 1);
    const file = await open(join(root, 'entries/open/files/file'));
    await store.remove('open');
    expect(await entries()).toEqual([]);
    expect((await file.readFile()).length).toBe(4 * KIB);
    await file.close();
    await store.remove('open');
  });
});
