// SPDX-License-Identifier: GPL-2.0-only
import { posix } from 'node:path';
import { Failed } from '../model/failure.js';
import type { Fetched, HttpSource } from '../model/source.js';
import type { FetchContext } from './context.js';
import { fetchMembers } from './members.js';
import { obtain } from './obtain.js';

/** File name at the end of an address. @throws Failed `recipe-invalid` if there is none */
function nameOf(url: string): string {
  const name = URL.canParse(url) ? posix.basename(decodeURIComponent(new URL(url).pathname)) : '';
  if (name !== '' && !name.startsWith('.') && !name.includes('/')) return name;
  throw new Failed({
    reason: 'recipe-invalid',
    message: `the address ${url} does not end in a file's name`,
  });
}

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
