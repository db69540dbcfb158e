// SPDX-License-Identifier: GPL-2.0-only
import { chmod, constants, copyFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchedFile } from '../model/source.js';
import { ensureDirectory, removeTree } from '../host/files.js';
import { sha256File } from '../host/hash.js';
import { download, shownUrl, type Downloaded } from '../host/http.js';
import { errorCode, writing } from '../host/space.js';
import { Failed } from '../model/failure.js';
import type { FetchContext, SoughtFile, WantedFile } from './context.js';
import { failureOf, type Attempt, type Pin } from './explain.js';

/** Bytes that are taken when nobody said how large a file is: more than any kernel release. */
const LARGEST = 2 * 1024 ** 3;
/** Least time between two reports of progress, in milliseconds. */
const PROGRESS_EVERY_MS = 100;

/** Brings one address to a path. */
export type Transport<F extends SoughtFile = WantedFile> = (
  url: string,
  to: string,
  file: F,
  ctx: FetchContext,
) => Promise<Downloaded>;

/** By http or https, with progress. */
export const byHttp: Transport<SoughtFile> = (url, to, file, ctx) => {
  let shownAt = 0;
  return download({
    url,
    to,
    limit: file.size ?? LARGEST,
    signal: ctx.signal,
    onProgress: (done, total) => {
      const now = performance.now();
      if (now - shownAt < PROGRESS_EVERY_MS && done !== total) return;
      shownAt = now;
      const known = total ?? file.size;
      ctx.progress({
        done,
        ...(known === undefined ? {} : { total: known }),
        unit: 'bytes',
        note: file.name,
      });
    },
  });
};

/** One place where a file may be. */
type Place<F extends SoughtFile> =
  { readonly path: string } | { readonly url: string; readonly via: Transport<F> };

function placesOf<F extends SoughtFile>(
  file: F,
  ctx: FetchContext,
  transport: Transport<F>,
): Place<F>[] {
  const places: Place<F>[] = [];
  for (const mirror of ctx.policy.mirrors) {
    if (!/^https?:\/\//.test(mirror)) places.push({ path: join(mirror, file.name) });
    else if (!ctx.policy.offline) {
      const base = mirror.endsWith('/') ? mirror : `${mirror}/`;
      places.push({ url: base + encodeURIComponent(file.name), via: byHttp });
    }
  }
  if (!ctx.policy.offline) places.push(...file.urls.map((url) => ({ url, via: transport })));
  return places;
}

/** What vouches for a file. */
export interface Proof {
  readonly pins: readonly Pin[];
  /** What is wrong with what came, a fault a line; nothing if it is what was looked for. */
  readonly faults: (path: string, sha256: string) => Promise<readonly string[]>;
}

/**
 * Brings a file whose digest is known into `ctx.out`.
 *
 * @throws Failed as `bring`
 */
export function obtain(
  file: WantedFile,
  ctx: FetchContext,
  transport: Transport = byHttp,
): Promise<FetchedFile> {
  const pins = [{ of: file.name, sha256: file.sha256 }];
  const faults = (_: string, sha256: string): Promise<string[]> =>
    Promise.resolve(sha256 === file.sha256 ? [] : [sha256]);
  return bring(file, { pins, faults }, ctx, transport);
}

/**
 * Brings a file that nothing vouches for yet, such as a signature or a key: whoever asks has to prove it.
 *
 * @throws Failed as `bring`, without `checksum-mismatch`
 */
export function bringUnproved(file: SoughtFile, ctx: FetchContext): Promise<FetchedFile> {
  return bring(file, { pins: [], faults: () => Promise.resolve([]) }, ctx, byHttp);
}

/**
 * Brings a file into `ctx.out`: from the mirrors first, then from its addresses, and from each only if
 * it stands the proof. What does not is kept aside in the cache's folder `quarantine`.
 *
 * @param transport how the file's own addresses are brought; mirrors are folders or http
 * @throws Failed `checksum-mismatch`, `network-failed`, `source-missing`, `no-space`, `interrupted`
 */
export async function bring<F extends SoughtFile>(
  file: F,
  { pins, faults }: Proof,
  ctx: FetchContext,
  transport: Transport<F>,
): Promise<FetchedFile> {
  const to = join(ctx.out, file.name);
  const attempts: Attempt[] = [];
  for (const place of placesOf(file, ctx, transport)) {
    const from = 'path' in place ? place.path : shownUrl(place.url);
    const got =
      'path' in place ? await copied(place.path, to) : await place.via(place.url, to, file, ctx);
    if (!got.ok) {
      attempts.push({ from, ...got });
      continue;
    }
    const found = await faults(to, got.sha256);
    if (found.length === 0) {
      for (const { from: where, why } of attempts.filter(({ kind }) => kind !== 'missing')) {
        ctx.warn(`${file.name}: not taken from ${where}: ${why}`);
      }
      return { name: file.name, sha256: got.sha256, size: got.size, from };
    }
    const kept = await setAside(to, file.name, got.sha256, ctx.cache);
    const why = `its SHA-256 is ${got.sha256}`;
    attempts.push({ from, ok: false, kind: 'mismatch', why, found, size: got.size, kept });
  }
  throw new Failed(failureOf(file, pins, attempts, ctx.policy.offline));
}

/** Takes a file of a mirror folder. */
async function copied(path: string, to: string): Promise<Downloaded> {
  try {
    if (!(await stat(path)).isFile()) return { ok: false, kind: 'missing', why: 'no file' };
    const size = await copyInto(path, to);
    return { ok: true, sha256: await sha256File(to), size };
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return { ok: false, kind: 'missing', why: 'not there' };
    }
    if (code === 'EACCES') return { ok: false, kind: 'network', why: 'no permission to read it' };
    throw error;
  }
}

/**
 * Copies a file, sharing its blocks where the file system can.
 *
 * @returns its size in bytes
 */
export async function copyInto(path: string, to: string): Promise<number> {
  await writing(to, () => copyFile(path, to, constants.COPYFILE_FICLONE));
  await chmod(to, 0o644);
  return (await stat(to)).size;
}

/** Moves a file with a wrong digest out of the way, where a person can look at it. */
async function setAside(
  path: string,
  name: string,
  sha256: string,
  cache: string,
): Promise<string> {
  const quarantine = join(cache, 'quarantine');
  await ensureDirectory(quarantine);
  const kept = join(quarantine, `${sha256.slice(0, 12)}-${name}`);
  await removeTree(kept);
  await rename(path, kept);
  return kept;
}
