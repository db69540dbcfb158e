// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../host/exec.js';
import { ensureDirectory, kindOf, removeTree } from '../host/files.js';
import { sha256, sha256File } from '../host/hash.js';
import { programVersion } from '../host/program-version.js';

/** The program's own sources, and the kernel match's pattern engine that it is made with. */
const FOLDERS = ['patches/linux/layer7/try', 'patches/linux/layer7/files/net/netfilter/layer7'];

/**
 * The match's pattern engine as a program of this machine, compiled on its first use and after a change.
 *
 * @param project the project's root
 * @param cache the store's root; the program is kept in `try/`, by the digest of what it is made of
 * @returns absolute path
 * @throws Failed `host-lacks`, `command-failed` when it does not compile, `interrupted`
 */
export async function tryProgram(
  project: string,
  cache: string,
  signal: AbortSignal,
): Promise<string> {
  const home = join(cache, 'try');
  const name = `l7try-${sha256((await ingredients(project)).join('\n'))}`;
  const program = join(home, name);
  if ((await kindOf(program)) === 'file') return program;
  await ensureDirectory(home);
  const stage = await mkdtemp(join(home, 'stage-'));
  try {
    const make = ['make', '-s', '-C', join(project, 'patches/linux/layer7/try')] as const;
    await exec([...make, `OUT=${stage}`], { signal });
    // Another run may have put the same program there meanwhile: one replaces the other whole.
    await rename(join(stage, 'l7try'), program);
  } finally {
    await removeTree(stage);
  }
  return program;
}

/** The compiler, and each source file with its digest. */
async function ingredients(project: string): Promise<string[]> {
  const files = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(join(project, folder))).sort().map((name) => join(folder, name)),
    ),
  );
  const digests = files
    .flat()
    .map(async (file) => `${await sha256File(join(project, file))} ${file}`);
  return [await programVersion('cc'), ...(await Promise.all(digests))];
}
