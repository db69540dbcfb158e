// SPDX-License-Identifier: GPL-2.0-only
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { statOrNothing } from './stat.js';

/** The content that a path of a work tree is to have. */
export interface Wanted {
  readonly file: string;
  readonly executable: boolean;
}

/** What a patch step's output says of its tree. */
export interface OverlayTree {
  /** By path in the tree. */
  readonly files: ReadonlyMap<string, Wanted>;
  readonly removed: readonly string[];
}

/** Reads a patch step's output directory. */
export async function readOverlay(entry: string): Promise<OverlayTree> {
  const root = join(entry, 'overlay');
  const files = new Map<string, Wanted>();
  for (const found of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!found.isFile()) continue;
    const file = join(found.parentPath, found.name);
    const wantedFile = await regularFile(file);
    if (wantedFile !== undefined) files.set(relative(root, file), wantedFile);
  }
  const removed = JSON.parse(await readFile(join(entry, 'removed.json'), 'utf8')) as string[];
  return { files, removed };
}

/** What a path of the patched tree is to hold; undefined if there is to be no file. */
export async function wanted(
  path: string,
  overlay: OverlayTree,
  pristine: string,
): Promise<Wanted | undefined> {
  if (overlay.removed.includes(path)) return undefined;
  return overlay.files.get(path) ?? (await regularFile(join(pristine, path)));
}

/** True if a place holds the wanted content with the wanted executable bit. */
export async function sameFile(place: string, goal: Wanted): Promise<boolean> {
  const there = await regularFile(place);
  if (there?.executable !== goal.executable) return false;
  const [a, b] = await Promise.all([lstat(place), lstat(goal.file)]);
  if (a.dev === b.dev && a.ino === b.ino) return true;
  if (a.size !== b.size) return false;
  return (await readFile(place)).equals(await readFile(goal.file));
}

async function regularFile(file: string): Promise<Wanted | undefined> {
  const found = await statOrNothing(file);
  if (found?.isFile() !== true) return undefined;
  return { file, executable: (found.mode & 0o100) !== 0 };
}
