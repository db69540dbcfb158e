// SPDX-License-Identifier: GPL-2.0-only
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exec } from '../../host/exec.js';

/** A library's path in ldd(1)'s lines, which end in the address it was loaded at. */
const LIBRARY = /(\/\S+) \(0x/g;

/**
 * Makes a root in which nothing but the machine's own shell runs: enough to try a container with before
 * there is a toolchain.
 *
 * @param root a directory to make
 */
export async function makeTinyRoot(root: string): Promise<void> {
  const shell = '/bin/sh';
  const { stdout } = await exec(['ldd', shell], { accept: [0, 1], timeoutMs: 10_000 });
  const libraries = [...stdout.matchAll(LIBRARY)].flatMap(([, path]) => path ?? []);
  for (const path of [shell, ...libraries]) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await copyFile(path, join(root, path));
  }
  const tmp = join(root, 'tmp');
  await mkdir(tmp);
  // Runtimes give the tmpfs that they mount there the mode of what it covers.
  await chmod(tmp, 0o1777);
}
