// SPDX-License-Identifier: GPL-2.0-only
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../host/exec.js';
import { removeTree } from '../host/files.js';
import type { Entry } from '../model/store.js';
import { damagedFile, putAside } from './soundness.js';
import { REBUILDS, type Store } from './store.js';

/** Something of a store that can go without harm: it is made again when it is needed. */
export interface Stored {
  /** Path below the store's root. */
  readonly path: string;
  /** What it is, for people: a task's id such as `compile:linux`, or `work tree`. */
  readonly what: string;
  /** Bytes on the disk; what several have in common counts for the first of them. */
  readonly bytes: number;
  readonly used: Date;
}

/** What of it is meant, by what it is for people. */
type Meant = (what: string) => boolean;

/** What a store has, the least recently used first. */
export async function survey(store: Store, meant: Meant = () => true): Promise<Stored[]> {
  const all = [
    ...(await entriesOf(store)),
    ...(await others(store, 'work', 'work tree')),
    ...(await others(store, 'ccache', "a kernel's objects, of ccache")),
    ...(await others(store, 'shell', 'what a shell changed')),
    ...(await others(store, 'vm', 'of a machine that compiles')),
    ...(await others(store, 'quarantine', 'put aside')),
  ];
  const found = all.filter(({ what }) => meant(what));
  const sizes = await sizesOf(found.map(({ path }) => join(store.root, path)));
  return found
    .map((one, index) => ({ ...one, bytes: sizes[index] ?? 0 }))
    .sort((a, b) => a.used.getTime() - b.used.getTime());
}

interface Circumstances {
  readonly signal: AbortSignal;
  /** Called once if somebody else is at the store. */
  readonly onWait: () => void;
}

/**
 * Removes what killed runs left, then the least recently used until the rest takes no more than `limit`
 * bytes. Waits until nobody reads the store.
 *
 * @returns what was removed, and what is left
 */
export function collect(
  store: Store,
  limit: number,
  options: Circumstances,
): Promise<{ readonly removed: readonly Stored[]; readonly left: readonly Stored[] }> {
  return store.alone(async () => {
    for (const folder of ['staging', REBUILDS]) await removeTree(join(store.root, folder));
    for (const name of await namesIn(join(store.root, 'vm'))) {
      if (name.startsWith('.')) await removeTree(join(store.root, 'vm', name));
    }
    return trim(store, limit, options.signal);
  }, options);
}

/**
 * Removes the least recently used of what is meant until the rest of that takes no more than `limit` bytes. Nobody
 * may be reading what goes, or it has to be something that readers can do without.
 *
 * @returns what was removed, and what is left
 */
export async function trim(
  store: Store,
  limit: number,
  signal: AbortSignal,
  meant?: Meant,
): Promise<{ readonly removed: readonly Stored[]; readonly left: readonly Stored[] }> {
  const removed: Stored[] = [];
  for (;;) {
    const left = await survey(store, meant);
    const excess = totalOf(left) - limit;
    const going = until(left, excess);
    if (going.length === 0) return { removed, left };
    for (const one of going) {
      signal.throwIfAborted();
      await removeTree(join(store.root, one.path));
      removed.push(one);
    }
  }
}

/** Bytes that all of them take. */
export function totalOf(stored: readonly Stored[]): number {
  return stored.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The first of them that together free so many bytes; what shares its content with others frees less. */
function until(stored: readonly Stored[], bytes: number): Stored[] {
  let freed = 0;
  return stored.filter((one) => {
    if (freed >= bytes) return false;
    freed += one.bytes;
    return true;
  });
}

/** A file of an entry that is not what it was. */
export interface Damage {
  readonly key: string;
  readonly task: string;
  /** Path in the entry. */
  readonly path: string;
}

/**
 * Reads every file of every entry. An entry with a file that is not what it was when the entry was made is
 * put aside, in the store's folder `quarantine`, and so is made again when it is needed.
 */
export async function examine(
  store: Store,
  options: Circumstances,
): Promise<{ readonly entries: number; readonly files: number; readonly damaged: Damage[] }> {
  const read = await store.reading(async () => {
    const each: { readonly entry: Entry; readonly path: string | undefined }[] = [];
    for (const entry of await store.entries()) {
      options.signal.throwIfAborted();
      each.push({ entry, path: await damagedFile(entry) });
    }
    return each;
  }, options);
  const damaged = read.flatMap(({ entry: { manifest }, path }) =>
    path === undefined ? [] : [{ key: manifest.key, task: manifest.task, path }],
  );
  if (damaged.length > 0) {
    await store.alone(async () => {
      for (const { entry, path } of read) {
        // Unless a run has put it right meanwhile.
        const still = path !== undefined && (await damagedFile(entry)) !== undefined;
        if (still) await putAside(store, entry.manifest.key);
      }
    }, options);
  }
  const files = read.reduce((sum, { entry }) => sum + entry.manifest.files.length, 0);
  return { entries: read.length, files, damaged };
}

async function entriesOf(store: Store): Promise<Omit<Stored, 'bytes'>[]> {
  const known = new Map((await store.entries()).map(({ manifest }) => [manifest.key, manifest]));
  const keys = await namesIn(join(store.root, 'entries'));
  return Promise.all(
    keys.map(async (key) => {
      const path = join('entries', key);
      const manifest = known.get(key);
      const noted = manifest === undefined ? path : join(path, 'manifest.json');
      const { mtime } = await stat(join(store.root, noted));
      return { path, what: manifest?.task ?? 'no entry any more', used: mtime };
    }),
  );
}

async function others(
  store: Store,
  folder: string,
  what: string,
): Promise<Omit<Stored, 'bytes'>[]> {
  const names = (await namesIn(join(store.root, folder))).filter((name) => !name.endsWith('.lock'));
  return Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      what,
      used: (await stat(join(store.root, folder, name))).mtime,
    })),
  );
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
}

/** Bytes that each takes on the disk, by du(1), which counts a file with several names once. */
async function sizesOf(paths: readonly string[]): Promise<number[]> {
  if (paths.length === 0) return [];
  const { stdout } = await exec(
    ['du', '--summarize', '--block-size=1', '--null', '--files0-from=-'],
    { input: paths.join('\0') },
  );
  const sizes = new Map(
    stdout.split('\0').map((line) => {
      const [size = '0', path = ''] = line.split('\t');
      return [path, Number(size)] as const;
    }),
  );
  return paths.map((path) => sizes.get(path) ?? 0);
}
