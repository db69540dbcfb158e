// SPDX-License-Identifier: GPL-2.0-only
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CpioArchive } from './cpio.js';

/** Adds the files below a directory, such as the modules that stageModules put there, at the same paths. */
export async function addStaged(archive: CpioArchive, stage: string): Promise<void> {
  for (const item of await readdir(stage, { recursive: true, withFileTypes: true })) {
    if (!item.isFile()) continue;
    const file = join(item.parentPath, item.name);
    const path = file.slice(stage.length);
    archive.add(path, { kind: 'file', data: await readFile(file), executable: false });
  }
}
