// SPDX-License-Identifier: GPL-2.0-only
import { dirname, join } from 'node:path';
import { Store } from '../../engine/store.js';
import { copyAtomically, ensureDirectory } from '../../host/files.js';
import { errorCode } from '../../host/space.js';
import { Failed } from '../../model/failure.js';
import { entriesFor } from '../entries-for.js';
import type { Job } from '../job.js';
import { writeLine } from '../screen.js';

/** A file that a task of a plan yields. */
interface Wanted {
  readonly task: string;
  readonly file: string;
  /** For people: "disk". */
  readonly what: string;
  /** Where to copy it, an absolute path. */
  readonly out: string;
}

/**
 * Makes an image, where the store does not have it, and copies it out of the store.
 *
 * @throws Failed `usage` where it cannot be written; `no-space`; and as a build
 */
export async function deliver(
  { task, file, what, out }: Wanted,
  job: Job,
  {
    cache,
    jobs,
    signal,
  }: { readonly cache: string; readonly jobs: number; readonly signal: AbortSignal },
): Promise<void> {
  const means = { cache, signal, jobs, logs: join(cache, 'image-logs'), say: writeLine };
  await new Store(cache).reading(
    async () => {
      const entries = await entriesFor({ needs: { image: task } }, job, means);
      await put(what, join(entries.get(task)?.dir ?? '', file), out);
    },
    { signal },
  );
}

async function put(what: string, made: string, out: string): Promise<void> {
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
