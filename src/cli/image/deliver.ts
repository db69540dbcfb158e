// SPDX-License-Identifier: GPL-2.0-only
import { dirname } from 'node:path';
import { copyAtomically, ensureDirectory } from '../../host/files.js';
import { errorCode } from '../../host/space.js';
import { Failed } from '../../model/failure.js';

/**
 * Copies what was made out of the store.
 *
 * @param what for people: "disk"
 * @throws Failed `usage` where it cannot be written; `no-space`
 */
export async function deliver(what: string, made: string, out: string): Promise<void> {
  try {
    await ensureDirectory(dirname(out));
    await copyAtomically(made, out);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new Failed({
      reason: 'usage',
      message: `the ${what} ${out} cannot be written (${code})`,
      hints: ['name a file in a folder that you may write: --out FILE'],
    });
  }
}
