// SPDX-License-Identifier: GPL-2.0-only
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CpioArchive } from './cpio.js';
import { loaderLinks, systemLibraries } from './libraries.js';

/** Parts of an install tree that only people and compilers read. */
const LEFT_OUT = /(?:^|\/)(?:share|include|pkgconfig)\/|\.(?:a|la)$/;
const SHARED = /\.so(?:\.[\d.]+)?$/;

/**
 * Adds what `make install` put below `root`, at the same paths, and the libraries that it needs
 * from the system that it was compiled in.
 *
 * @param system root of that system
 * @throws Failed `host-lacks` when a library is nowhere
 */
export async function addInstallTree(
  archive: CpioArchive,
  root: string,
  system: string,
): Promise<void> {
  const elves: string[] = [];
  const own = new Map<string, string>();
  for (const path of (await readdir(root, { recursive: true })).sort()) {
    const file = join(root, path);
    const stat = await lstat(file);
    if (stat.isDirectory() || LEFT_OUT.test(path)) continue;
    if (SHARED.test(path)) own.set(basename(path), `/${path}`);
    if (stat.isSymbolicLink()) {
      archive.add(path, { kind: 'link', target: await readlink(file) });
      continue;
    }
    const executable = (stat.mode & 0o111) !== 0;
    archive.add(path, { kind: 'file', data: await readFile(file), executable });
    if (executable || SHARED.test(path)) elves.push(file);
  }
  for (const { file, path } of await systemLibraries(elves, own, system)) {
    archive.add(path, { kind: 'file', data: await readFile(file), executable: true });
  }
  for (const [link, target] of loaderLinks(librariesOf(own)))
    archive.add(link, { kind: 'link', target });
}

/** Without the extensions, which iptables opens by their path. */
function librariesOf(own: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...own].filter(([name]) => name.includes('.so.')));
}
