// SPDX-License-Identifier: GPL-2.0-only
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { kindOf } from '../host/files.js';

/** Larger Makefiles are the kernel's own; what a package puts before them is a few lines. */
const LARGEST = 4096;
const ABSOLUTE = /^(\s*-?include\s+|KBUILD_OUTPUT\s*:?=\s*)(\/usr\/src\/[^\s$]+)$/gm;

/**
 * Makes Debian's kernel headers usable where they were unpacked. A flavour's Makefile includes the
 * common one by its path in an installed system, and names its own folder in the same way; in the tree
 * below `root` these become paths relative to that file (GNU make: MAKEFILE_LIST), so that the tree
 * may lie, and be moved, anywhere.
 *
 * @param root where packages were unpacked
 * @returns the Makefiles changed, below `root`
 */
export async function relocateHeaders(root: string): Promise<string[]> {
  const sources = join(root, 'usr/src');
  if ((await kindOf(sources)) !== 'directory') return [];
  const changed: string[] = [];
  for (const item of await readdir(sources, { withFileTypes: true })) {
    const below = posix.join('usr/src', item.name, 'Makefile');
    const path = join(root, below);
    if (!item.isDirectory() || (await kindOf(path)) !== 'file') continue;
    const { size, atime, mtime } = await stat(path);
    if (size > LARGEST) continue;
    const text = await readFile(path, 'utf8');
    const moved = text.replace(ABSOLUTE, (_, start: string, target: string) => {
      const relative = posix.relative(posix.dirname(`/${below}`), target);
      // What MAKEFILE_LIST says has to be asked at once.
      return `${start.replace(/:?=/, ':=')}$(dir $(lastword $(MAKEFILE_LIST)))${relative}`;
    });
    if (moved === text) continue;
    await writeFile(path, moved);
    await utimes(path, atime, mtime);
    changed.push(below);
  }
  return changed;
}
