// SPDX-License-Identifier: GPL-2.0-only
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256File } from '../host/hash.js';
import { archiveLocal, openRepository } from '../host/repository.js';
import { Failed } from '../model/failure.js';
import type { Fetched, RevisionSource } from '../model/source.js';
import type { FetchContext } from './context.js';
import { archiveName } from './pins.js';

/**
 * Takes a commit of a repository of the user's as `<name>-<commit>.tar`, whose top directory has the same
 * name. Never pinned: nobody vouches for the commit.
 *
 * @throws Failed `usage` when the repository has gone, and as `archiveLocal`
 */
export async function fetchRevision(
  name: string,
  { path, commit }: RevisionSource,
  { out, scratch, signal }: FetchContext,
): Promise<Fetched> {
  const repository = await openRepository(path, signal);
  if (repository === undefined) {
    throw new Failed({
      reason: 'usage',
      message: `there is no git repository at ${path}`,
      hints: [`check the path given with --source ${name}=REPOSITORY@REVISION`],
    });
  }
  const prefix = `${name}-${commit}`;
  const file = archiveName(name, commit);
  const to = join(out, file);
  await archiveLocal({ repository, commit, to, prefix, scratch: join(scratch, 'own'), signal });
  const from = `${path}@${commit}`;
  const fetched = { name: file, sha256: await sha256File(to), size: (await stat(to)).size, from };
  return { files: [fetched], version: commit, pinned: false };
}
