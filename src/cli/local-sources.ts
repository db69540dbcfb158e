// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { kindOf } from '../host/files.js';
import { commitOf, namesIn, openRepository, type Repository } from '../host/repository.js';
import { Failed } from '../model/failure.js';
import type { LocalSource, RevisionSource } from '../model/source.js';
import { nearest } from '../recipe/nearest.js';

type Override = LocalSource | RevisionSource;

/**
 * What `--source NAME=PATH` and `--source NAME=REPOSITORY@REVISION` stand for. What is there as it is written
 * is taken as it is; only else is the word a repository and a revision, which is resolved to a commit now.
 *
 * @param words path, or path and revision, by the name of the source
 * @throws Failed `usage` for what is no repository and no revision of it
 */
export async function localSources(
  words: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Record<string, Override>> {
  const sources = Object.entries(words).map(
    async ([name, word]) => [name, await localSource(name, word, signal)] as const,
  );
  return Object.fromEntries(await Promise.all(sources));
}

/** The word after NAME= that stands for a source for good, also once branches have moved. */
export function wordOf(source: Override): string {
  return source.kind === 'local' ? source.path : `${source.path}@${source.commit}`;
}

async function localSource(name: string, word: string, signal: AbortSignal): Promise<Override> {
  if (!word.includes('@') || (await kindOf(word)) !== 'none') {
    if (await isBare(word)) throw noRevision(name, word);
    return { kind: 'local', path: word };
  }
  // Both a path and a revision may have an @: the first one at which there is something parts them.
  for (let at = word.indexOf('@'); at > 0; at = word.indexOf('@', at + 1)) {
    const path = word.slice(0, at);
    if ((await kindOf(path)) === 'none') continue;
    const repository = await openRepository(path, signal);
    if (repository === undefined) throw noRepository(name, path);
    return {
      kind: 'revision',
      path,
      commit: await resolved(repository, word.slice(at + 1), signal),
    };
  }
  throw new Failed({
    reason: 'usage',
    message: `--source ${name}: there is no ${word}, and no repository before the @`,
    hints: [`write it as --source ${name}=PATH or --source ${name}=REPOSITORY@REVISION`],
  });
}

async function resolved(
  repository: Repository,
  revision: string,
  signal: AbortSignal,
): Promise<string> {
  const commit = await commitOf(repository, revision, signal);
  if (commit !== undefined) return commit;
  const names = await namesIn(repository, signal);
  const meant = nearest(revision, names);
  throw new Failed({
    reason: 'usage',
    message: `the repository ${repository.path} has no revision ${JSON.stringify(revision)}`,
    hints: [
      ...(meant === undefined ? [] : [`did you mean ${meant}?`]),
      `git -C ${repository.path} tag -l shows its tags; a new one has to be fetched there first`,
    ],
  });
}

/** Of what a repository consists at the least, where a tree would be (gitrepository-layout(5)). */
async function isBare(path: string): Promise<boolean> {
  const kinds = await Promise.all(
    ['HEAD', 'objects', 'refs'].map((part) => kindOf(join(path, part))),
  );
  return kinds.join(' ') === 'file directory directory';
}

function noRevision(name: string, path: string): Failed {
  return new Failed({
    reason: 'usage',
    message: `--source ${name}: ${path} is a bare git repository and no tree`,
    hints: [`say which tag, branch or commit of it: --source ${name}=${path}@REVISION`],
  });
}

function noRepository(name: string, path: string): Failed {
  return new Failed({
    reason: 'usage',
    message: `--source ${name}: ${path} is no git repository`,
    hints: [`for the folder or archive as it is, leave out the @: --source ${name}=${path}`],
  });
}
