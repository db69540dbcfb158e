// SPDX-License-Identifier: GPL-2.0-only
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveCommit } from '../host/git.js';
import { sha256File } from '../host/hash.js';
import { shownUrl } from '../host/http.js';
import { Failed } from '../model/failure.js';
import type { Fetched, GitSource } from '../model/source.js';
import type { FetchContext } from './context.js';
import { BY_BUNDLE } from './explain.js';
import { archiveName } from './pins.js';

/**
 * Fetches a commit as `<name>-<commit>.tar`, whose top directory has the same name. The commit's own
 * name is the checksum.
 *
 * @throws Failed as `archiveCommit`; `source-missing` when offline
 */
export async function fetchGit(
  name: string,
  source: GitSource,
  ctx: FetchContext,
): Promise<Fetched> {
  const from = shownUrl(source.url);
  if (ctx.policy.offline && !/^(file:\/\/)?\//.test(source.url)) {
    throw new Failed({
      reason: 'source-missing',
      message: `commit ${source.commit} of ${from} is not here, and the network is off (--offline)`,
      hints: [`use a tree or archive of your own: --source ${name}=PATH`, BY_BUNDLE],
    });
  }
  const prefix = `${name}-${source.commit}`;
  const file = archiveName(name, source.commit);
  const to = join(ctx.out, file);
  await archiveCommit({
    ...source,
    to,
    prefix,
    scratch: join(ctx.scratch, 'repository'),
    signal: ctx.signal,
    onProgress: (stage, done) => {
      ctx.progress({ done, total: 100, unit: 'objects', note: stage });
    },
  });
  const fetched = { name: file, sha256: await sha256File(to), size: (await stat(to)).size, from };
  return { files: [fetched], version: source.commit, pinned: true };
}
