// SPDX-License-Identifier: GPL-2.0-only
import { lstat, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDirectory, kindOf, removeTree } from '../host/files.js';
import type { Entry, EntryFile } from '../model/store.js';
import { contentDigest } from './inventory.js';
import { outlineOf } from './outline.js';
import type { Store } from './store.js';

/**
 * Reads an entry's files and compares them with what they were when it was made. Of a tree that is not
 * listed file by file only the outline is compared: names, sizes and times.
 *
 * @returns the path of one that is missing or has another content
 */
export async function damagedFile(entry: Entry): Promise<string | undefined> {
  if (sound.has(entry)) return undefined;
  const { outline } = entry.manifest;
  if (outline !== undefined && (await outlineOf(entry.dir)) !== outline) return 'the tree';
  for (const file of entry.manifest.files) {
    if (!(await isSound(join(entry.dir, file.path), file))) return file.path;
  }
  sound.add(entry);
  return undefined;
}

/** Says that an entry is as it was made: it was made just now. */
export function vouch(entry: Entry): void {
  sound.add(entry);
}

/** Entries that this process has read once already, or made. */
const sound = new WeakSet<Entry>();

async function isSound(path: string, file: EntryFile): Promise<boolean> {
  try {
    return (await contentDigest(path, (await lstat(path)).isSymbolicLink())) === file.sha256;
  } catch {
    return false;
  }
}

/**
 * Moves an entry, if it is there, to where no run finds it and people may look at it: the store's folder
 * `quarantine`.
 */
export async function putAside(store: Store, key: string): Promise<void> {
  const home = join(store.root, 'entries', key);
  if ((await kindOf(home)) === 'none') return;
  const quarantine = join(store.root, 'quarantine');
  await ensureDirectory(quarantine);
  await removeTree(join(quarantine, key));
  await rename(home, join(quarantine, key));
}
