// SPDX-License-Identifier: GPL-2.0-only
import { createHash, type Hash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Digest over what a tree looks like from outside: the path, mode, size and time of change of every file
 * and link in it. Reads none of them, so that a kernel's tree takes about a second.
 */
export async function outlineOf(root: string): Promise<string> {
  const hash = createHash('sha256');
  await walk(root, '', hash);
  return hash.digest('hex');
}

async function walk(root: string, below: string, hash: Hash): Promise<void> {
  const items = await readdir(join(root, below), { withFileTypes: true });
  const lines = await Promise.all(
    items
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (item) => {
        const path = `${below}/${item.name}`;
        if (item.isDirectory()) return { path, line: '' };
        const { mode, size, mtimeMs } = await lstat(join(root, path));
        return { path, line: `${mode.toString(8)} ${String(size)} ${String(Math.floor(mtimeMs))}` };
      }),
  );
  for (const { path, line } of lines) {
    hash.update(`${path}\0${line}\0`);
    if (line === '') await walk(root, path, hash);
  }
}
