// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../host/files.js';
import { errorCode } from '../host/space.js';

/**
 * Makes a configuration a build directory's .config. One that is there already keeps its date, since
 * make(1) takes a newer one for a change and looks at everything again.
 */
export async function placeConfig(config: string, build: string): Promise<void> {
  const wanted = await readFile(config, 'utf8');
  const place = join(build, '.config');
  if ((await textOf(place)) === wanted) return;
  await writeAtomically(place, wanted);
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
