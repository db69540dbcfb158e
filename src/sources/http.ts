// SPDX-License-Identifier: GPL-2.0-only
import { posix } from 'node:path';
import { Failed } from '../model/failure.js';
import type { Fetched, HttpSource } from '../model/source.js';
import type { FetchContext } from './context.js';
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

/** Fetches a file that the recipe names by addresses and checksum. See `obtain` for failures. */
export async function fetchHttp(
  name: string,
  source: HttpSource,
  ctx: FetchContext,
): Promise<Fetched> {
  const [first = ''] = source.urls;
  const file = { source: name, name: nameOf(first), sha256: source.sha256, urls: source.urls };
  return { files: [await obtain(file, ctx)], pinned: true };
}
