// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, spaceFailure, trueCause } from '../host/space.js';
import { Failed } from '../model/failure.js';

/** See temporaryName of host/files.ts. */
const TEMPORARY = /^\..+\.[0-9a-f]{12}$/;
/** Milliseconds after which a temporary file is taken for a killed run's: writing one takes seconds. */
const ABANDONED_MS = 60_000;

/**
 * Makes an output folder with its logs/, and removes what runs that were killed while they wrote have
 * left in it.
 *
 * @throws Failed `usage` or `no-space` when it can't be made
 */
export async function prepareOut(out: string): Promise<void> {
  try {
    await mkdir(join(out, 'logs'), { recursive: true });
  } catch (caught) {
    const error = trueCause(caught);
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw (
      spaceFailure(error, out) ??
      new Failed({
        reason: 'usage',
        message: `the output folder ${out} cannot be made (${code})`,
        hints: ['name a folder that you may write: --out DIR'],
      })
    );
  }
  for (const name of await readdir(out)) {
    if (TEMPORARY.test(name)) await sweep(join(out, name));
  }
}

async function sweep(path: string): Promise<void> {
  const age = await stat(path).then(
    // What a clock that was ahead has left is as old as it is from the future.
    ({ mtimeMs }) => Math.abs(Date.now() - mtimeMs),
    // Its writer has just finished.
    () => 0,
  );
  if (age > ABANDONED_MS) await rm(path, { force: true });
}
