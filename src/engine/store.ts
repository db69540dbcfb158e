// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { lstat, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDirectory, kindOf, readJson } from '../host/files.js';
import { withLock, type LockOptions } from '../host/lock.js';
import { Failed } from '../model/failure.js';
import type { Entry, EntryFile, Manifest } from '../model/store.js';
import { manifestText, readManifest } from './manifest.js';

/** Folder of a store for stores of builds that are done once more. */
export const REBUILDS = 'rebuilds';

/**
 * Finished task outputs below one directory, by cache key:
 *
 *     entries/<key>/manifest.json   what the task yielded
 *     entries/<key>/files/          the output itself
 *     staging/<key>/                a task at work; only the holder of the key's lock touches it
 *     ccache/                       what compiles keep of their objects, see steps/compile/ccache.ts
 *     rebuilds/                     stores of builds that are done once more to be compared
 *     locks/<key>                   see host/lock.ts
 *     locks/in-use                  shared by all who read entries, had alone by who removes some
 *
 * An entry appears whole, by rename, or not at all.
 */
export class Store {
  constructor(readonly root: string) {}

  lockFile(key: string): string {
    return join(this.root, 'locks', key);
  }

  /**
   * Lets `act` read entries: meanwhile none is removed.
   *
   * @throws what `act` throws, and as withLock()
   */
  reading<T>(act: () => Promise<T>, options: LockOptions = {}): Promise<T> {
    return withLock(this.lockFile('in-use'), act, { ...options, shared: true });
  }

  /** Lets `act` remove entries, once nobody reads any. @throws as reading() */
  alone<T>(act: () => Promise<T>, options: LockOptions = {}): Promise<T> {
    return withLock(this.lockFile('in-use'), act, options);
  }

  /** Notes that an entry was of use; what was not for the longest time is removed first. */
  async used(key: string): Promise<void> {
    const now = new Date();
    // A store that nobody may write to is no worse to read from.
    await utimes(join(this.#entry(key), 'manifest.json'), now, now).catch(() => undefined);
  }

  /** The entry of a key, or undefined where there is none or its files are not all there. */
  async lookup(key: string): Promise<Entry | undefined> {
    const manifest = await this.#manifest(key);
    if (manifest === undefined) return undefined;
    const dir = join(this.#entry(key), 'files');
    const sound = await Promise.all(
      manifest.files.map((file) => hasSize(join(dir, file.path), file.size)),
    );
    if (!sound.every(Boolean) || !(await isDirectory(dir))) return undefined;
    return { dir, manifest };
  }

  /** True where something stands for a key, be it whole or not. */
  async holds(key: string): Promise<boolean> {
    return (await kindOf(this.#entry(key))) !== 'none';
  }

  /** All that has a manifest; what has none is no entry to anybody. */
  async entries(): Promise<Entry[]> {
    const keys = await readdir(join(this.root, 'entries')).catch(() => []);
    const found = await Promise.all(
      keys.sort().map(async (key) => {
        const manifest = await this.#manifest(key);
        return manifest === undefined ? [] : [{ dir: join(this.#entry(key), 'files'), manifest }];
      }),
    );
    return found.flat();
  }

  /**
   * Fresh, empty directories for the task that makes `key`; whatever a killed run left there is removed.
   * Call with the key's lock held.
   */
  async stage(key: string): Promise<{ readonly out: string; readonly scratch: string }> {
    const home = this.#staging(key);
    await rm(home, { recursive: true, force: true });
    const out = join(home, 'entry', 'files');
    const scratch = join(home, 'scratch');
    await ensureDirectory(out);
    await ensureDirectory(scratch);
    return { out, scratch };
  }

  /** Turns what was staged for `manifest.key` into its entry. Call with the key's lock held. */
  async publish(manifest: Manifest): Promise<Entry> {
    const staged = join(this.#staging(manifest.key), 'entry');
    const home = this.#entry(manifest.key);
    await writeFile(join(staged, 'manifest.json'), manifestText(manifest), { flush: true });
    // All but the entry goes first: a run killed after the rename finds a hit and never looks here again.
    await rm(join(this.#staging(manifest.key), 'scratch'), { recursive: true, force: true });
    await ensureDirectory(join(this.root, 'entries'));
    await rm(home, { recursive: true, force: true });
    await rename(staged, home);
    await this.discard(manifest.key);
    return { dir: join(home, 'files'), manifest };
  }

  /** Removes what killed runs have left half made: what nobody holds the lock of. @throws as withLock() */
  async sweep(): Promise<void> {
    for (const key of await readdir(join(this.root, 'staging')).catch(() => [])) {
      const held = new Failed({ reason: 'store-unusable', message: `${key} is being made` });
      const discard = (): Promise<void> => this.discard(key);
      await withLock(this.lockFile(key), discard, { held: () => held }).catch((error: unknown) => {
        if (error !== held) throw error;
      });
    }
  }

  /** Removes an entry, if there is one. What others have open of it stays with them. */
  async remove(key: string): Promise<void> {
    // Without this it is no entry to anybody.
    await rm(join(this.#entry(key), 'manifest.json'), { force: true });
    await rm(this.#entry(key), { recursive: true, force: true });
  }

  /** Removes what was staged for a key. Call with the key's lock held. */
  async discard(key: string): Promise<void> {
    await rm(this.#staging(key), { recursive: true, force: true });
  }

  /** The manifest of an entry; undefined where there is none that can be read. */
  async #manifest(key: string): Promise<Manifest | undefined> {
    const json = await readJson(join(this.#entry(key), 'manifest.json')).catch(() => undefined);
    return readManifest(json, key);
  }

  #entry(key: string): string {
    return join(this.root, 'entries', key);
  }

  #staging(key: string): string {
    return join(this.root, 'staging', key);
  }
}

/** Digest over a list of files: of their paths, contents and sizes, in the order of their paths. */
export function digestOf(files: readonly EntryFile[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file.sha256} ${String(file.size)} ${file.path}\n`);
  return hash.digest('hex');
}

async function hasSize(path: string, size: number): Promise<boolean> {
  try {
    const found = await lstat(path);
    return !found.isDirectory() && found.size === size;
  } catch {
    return false;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
