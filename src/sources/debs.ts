// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';
import type { DebsSource, Fetched, FetchedFile, LockedDeb } from '../model/source.js';
import { mirrorsOf, type Mirrors } from './apt-config.js';
import type { FetchContext } from './context.js';
import { obtain } from './obtain.js';

/** Downloads at a time. */
const PARALLEL = 4;
/** Names of the archives at snapshot.debian.org. */
const SNAPSHOTS = { main: 'debian', security: 'debian-security' } as const;

/** Addresses of a pinned package: the machine's mirror, then the snapshot of when it was pinned. */
function urlsOf({ archive, path }: LockedDeb, snapshot: string, mirrors: Mirrors): string[] {
  const mirror = mirrors[archive];
  const base = mirror === undefined || mirror.endsWith('/') ? mirror : `${mirror}/`;
  return [
    ...(base === undefined ? [] : [base + path]),
    `https://snapshot.debian.org/archive/${SNAPSHOTS[archive]}/${snapshot}/${path}`,
  ];
}

/**
 * Fetches pinned packages, several at a time.
 *
 * @throws Failed as `mirrorsOf` and `obtain`
 */
export async function fetchDebs(
  name: string,
  { debs, snapshot }: DebsSource,
  ctx: FetchContext,
): Promise<Fetched> {
  const mirrors = ctx.policy.offline
    ? { main: '', security: undefined }
    : await mirrorsOf(ctx.signal);
  const files: FetchedFile[] = [];
  const left = [...debs.entries()];
  const quiet = { ...ctx, progress: () => undefined };
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, deb] = next;
      const { path, sha256, size } = deb;
      const wanted = {
        source: name,
        name: basename(path),
        sha256,
        size,
        urls: urlsOf(deb, snapshot, mirrors),
      };
      files[index] = await obtain(wanted, quiet);
      const done = Object.keys(files).length;
      ctx.progress({ done, total: debs.length, unit: 'files', note: basename(path) });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return { files, pinned: true };
}
