// SPDX-License-Identifier: GPL-2.0-only
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, sha256File } from '../host/hash.js';
import type { EntryFile } from '../model/store.js';

/**
 * Every file and symbolic link below a directory, sorted by path. A link counts by its target's text.
 *
 * @param meant tells by the path which of them count
 */
export async function inventory(
  root: string,
  meant: (path: string) => boolean = () => true,
): Promise<EntryFile[]> {
  const files: EntryFile[] = [];
  await walk(root, '', files, meant);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function walk(
  root: string,
  below: string,
  files: EntryFile[],
  meant: (path: string) => boolean,
): Promise<void> {
  for (const item of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? item.name : `${below}/${item.name}`;
    if (item.isDirectory()) await walk(root, path, files, meant);
    else if (meant(path))
      files.push({ path, ...(await weigh(join(root, path), item.isSymbolicLink())) });
  }
}

async function weigh(path: string, isLink: boolean): Promise<Omit<EntryFile, 'path'>> {
  const { size } = await lstat(path);
  return { sha256: await contentDigest(path, isLink), size };
}

/** SHA-256 of a file's content, or of a link's target as text. */
export async function contentDigest(path: string, isLink: boolean): Promise<string> {
  return isLink ? sha256(`-> ${await readlink(path)}`) : sha256File(path);
}
