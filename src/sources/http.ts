// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import type { Fetched, HttpSource } from '../model/source.js';
import type { FetchContext } from './context.js';
import { fetchMembers } from './members.js';
import { obtain } from './obtain.js';
import { nameOf } from './pins.js';
import { checkSignature } from './signature.js';

/**
 * Fetches a file that the recipe names by addresses, or the files in it that the recipe names.
 *
 * @throws Failed as `bring`, and as `checkSignature` for a file whose signature the recipe names
 */
export async function fetchHttp(
  name: string,
  source: HttpSource,
  ctx: FetchContext,
): Promise<Fetched> {
  const { urls } = source;
  const file = { source: name, name: nameOf(urls[0] ?? ''), urls };
  if ('members' in source) return fetchMembers(file, source, ctx);
  const fetched = await obtain({ ...file, sha256: source.sha256 }, ctx);
  if (source.signature === undefined) return { files: [fetched], pinned: true };
  const signed = { source: name, name: fetched.name, path: join(ctx.out, fetched.name) };
  const signedBy = await checkSignature(signed, source.signature, ctx);
  return { files: [{ ...fetched, signedBy }], pinned: true };
}
