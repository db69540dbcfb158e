// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Store } from '../../engine/store.js';
import { exec } from '../../host/exec.js';
import { removeTree } from '../../host/files.js';
import { withLock } from '../../host/lock.js';
import { EXIT, type ExitCode } from '../../model/failure.js';
import type { Entry } from '../../model/store.js';
import { loadToolchain } from '../../recipe/index.js';
import { PROJECT, storeRoot } from '../paths.js';
import { writeLine } from '../screen.js';
import { builtOf } from './built.js';

/**
 * `l7build containers remove NAME`: the root in the store, and the images in the engines. The packages
 * stay, so that making it again needs no network.
 *
 * @throws Failed as `loadToolchain`; what an engine complained of
 */
export async function removeToolchain(name: string, signal: AbortSignal): Promise<ExitCode> {
  const toolchain = await loadToolchain(PROJECT, name);
  const [built] = await builtOf([toolchain], signal);
  const { root, images = [] } = built ?? {};
  for (const [engine, reference] of images) {
    await exec([engine, 'image', 'rm', reference], { signal });
    writeLine(`removed the image ${reference} of ${engine}`);
  }
  if (root !== undefined) {
    await removeEntry(root, signal);
    writeLine(`removed the root ${join(root.dir, 'root')}`);
  }
  if (root === undefined && images.length === 0) writeLine(`nothing of ${name} is here`);
  return EXIT.verified;
}

/** It is gone at once, by rename: a torn root must not be taken for a whole one. */
async function removeEntry({ dir, manifest }: Entry, signal: AbortSignal): Promise<void> {
  const store = new Store(storeRoot(process.env));
  const { key } = manifest;
  await withLock(
    store.lockFile(key),
    async () => {
      // Where a task at work on that key would have its folder: the next one clears it in any case.
      const doomed = join(store.root, 'staging', key);
      await removeTree(doomed);
      await mkdir(dirname(doomed), { recursive: true });
      await rename(dirname(dir), doomed);
      await removeTree(doomed);
    },
    { signal },
  );
}
