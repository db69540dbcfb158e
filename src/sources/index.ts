// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';
import type { AptResolution, Fetched, Source } from '../model/source.js';
import { resolveApt } from './apt.js';
import type { FetchContext, ResolveContext } from './context.js';
import { notFetched } from './explain.js';

export { parseStanzas } from './apt-query.js';
export { resolveSet } from './apt-set.js';
export { isUnbrought, joined } from './explain.js';
export { aptName, keepResolution, resolveApt } from './apt.js';
export { pinnedFiles } from './pins.js';
export { standing, type Release, type Standing } from './releases.js';

/**
 * Brings a source's files into `ctx.out`. Every digest that is known was checked.
 *
 * @param name the recipe's name for it (linux, iptables, headers, image), as in `--source NAME=PATH`
 * @returns what was brought, from where, and whether somebody vouches for it
 * @throws Failed `source-missing`, `checksum-mismatch`, `network-failed`, `host-lacks`, `no-space`,
 *   `usage` (a local path that is not there), `recipe-invalid`, `interrupted`
 */
export async function fetchSource(
  name: string,
  source: Source,
  ctx: FetchContext,
): Promise<Fetched> {
  switch (source.kind) {
    case 'apt':
      return (await import('./apt.js')).fetchApt(name, source, ctx);
    case 'http':
      return (await import('./http.js')).fetchHttp(name, source, ctx);
    case 'git':
      return (await import('./git.js')).fetchGit(name, source, ctx);
    case 'debs':
      return (await import('./debs.js')).fetchDebs(name, source, ctx);
    case 'by-hand':
      throw new Failed(notFetched(name, source));
    case 'local':
      return (await import('./local.js')).fetchLocal(source, ctx);
    case 'revision':
      return (await import('./revision.js')).fetchRevision(name, source, ctx);
  }
}

/**
 * What a source that moves stands for right now, as lines for a cache key; none for a source whose
 * parameters say it all. A kept answer costs reading a small file.
 *
 * @throws Failed as `fetchSource`
 */
export async function resolveSource(
  source: Source,
  { cache, policy, signal }: ResolveContext,
): Promise<readonly string[]> {
  switch (source.kind) {
    case 'apt':
      return resolvedLines(await resolveApt(source, cache, policy, signal));
    case 'local':
      return [(await (await import('./local.js')).resolveLocal(source)).digest];
    case 'http':
    case 'git':
    case 'debs':
    case 'by-hand':
    case 'revision':
      return [];
  }
}

/** What an apt source stands for, as lines for a cache key. */
export function resolvedLines({ version, files }: AptResolution): string[] {
  return [version, ...files.map((file) => `${file.sha256} ${file.name}`)];
}
