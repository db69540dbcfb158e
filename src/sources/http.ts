// SPDX-License-Identifier: GPL-2.0-only
import type { Fetched, HttpSource } from '../model/source.js';
import type { FetchContext } from './context.js';
import { fetchMembers } from './members.js';
import { obtain } from './obtain.js';
import { nameOf } from './pins.js';

/** Fetches a file that the recipe names by addresses, or the files in it that the recipe names. See `bring`. */
export async function fetchHttp(
  name: string,
  source: HttpSource,
  ctx: FetchContext,
): Promise<Fetched> {
  const { urls } = source;
  const file = { source: name, name: nameOf(urls[0] ?? ''), urls };
  if ('members' in source) return fetchMembers(file, source, ctx);
  return { files: [await obtain({ ...file, sha256: source.sha256 }, ctx)], pinned: true };
}
