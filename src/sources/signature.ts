// SPDX-License-Identifier: GPL-2.0-only
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDirectory } from '../host/files.js';
import { signaturesOf } from '../host/gpgv.js';
import { Failed } from '../model/failure.js';
import type { DetachedSignature, SignedBy } from '../model/source.js';
import type { FetchContext } from './context.js';
import { BY_BUNDLE } from './explain.js';
import { judge, type Verdict } from './judge-signature.js';
import { keyringsFor, type Keyrings } from './keys.js';
import { bringUnproved } from './obtain.js';
import { nameOf } from './pins.js';

/** Bytes of a signature: one has some hundred, and a file may hold several. */
const LARGEST = 64 * 1024;

/** A file that was brought and has the pinned digest. */
interface Signed {
  /** The recipe's name for the source. */
  readonly source: string;
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
}

/**
 * Checks that a file is signed by a key that the recipe pins; see `judge` for which signatures are believed.
 *
 * @returns who signed it
 * @throws Failed `signature-refused`; `network-failed` or `source-missing` when signature or keys could not be
 *   brought; `host-lacks` without gpgv; `usage` for a bad `--keyring`; `interrupted`
 */
export async function checkSignature(
  file: Signed,
  { urls, of, keys }: DetachedSignature,
  ctx: FetchContext,
): Promise<SignedBy> {
  const work = join(ctx.scratch, 'signature');
  const home = join(work, 'home');
  await ensureDirectory(home);
  const signature = await broughtSignature(file, urls, work, ctx);
  const keyrings = await keyringsFor(file.source, keys, work, ctx);
  const pinned = keys.map(({ fingerprint }) => fingerprint);
  if (keyrings.files.length === 0) throw keyless(file, pinned, keyrings);
  const all = await signaturesOf({
    signature: signature.path,
    data: file.path,
    of,
    keyrings: keyrings.files,
    home,
    signal: ctx.signal,
  });
  const verdict = judge(all, pinned);
  if ('by' in verdict) return verdict.by;
  throw refused(file, signature.from, pinned, keyrings, verdict);
}

interface Brought {
  readonly path: string;
  readonly from: string;
}

async function broughtSignature(
  { source, name: signed }: Signed,
  urls: readonly string[],
  work: string,
  ctx: FetchContext,
): Promise<Brought> {
  const name = nameOf(urls[0] ?? '');
  try {
    const sought = { source, name, size: LARGEST, urls };
    const { from, size } = await bringUnproved(sought, { ...ctx, out: work });
    const path = join(work, name);
    if (size <= LARGEST && (await stat(path)).isFile()) return { path, from };
    throw new Failed({
      reason: 'signature-refused',
      message: `the signature of ${signed} is refused: it has ${String(size)} bytes, more than any signature`,
      details: [`from ${from}`],
      hints: [REMEDY],
    });
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    const { reason, message } = error.failure;
    if (reason !== 'network-failed' && reason !== 'source-missing') throw error;
    throw new Failed({
      ...error.failure,
      message: `the signature of ${signed} is missing: ${message}`,
      hints: [
        ...(reason === 'network-failed'
          ? ['check the network and its proxy, and run the same again']
          : []),
        'put the signature, under its name, into a folder and add --mirror FOLDER',
        BY_BUNDLE,
      ],
    });
  }
}

const REMEDY =
  'do not use the file before you know why: ask its publisher, and compare with the signature that they show';

function keyless(
  { name, source }: Signed,
  pinned: readonly string[],
  { faults }: Keyrings,
): Failed {
  return new Failed({
    reason: 'source-missing',
    message: `the signature of ${name} cannot be checked: none of the keys that ${source} pins could be had`,
    details: [...pinned.map((key) => `key wanted: ${key}`), ...faults],
    hints: [
      `get the key, compare its fingerprint, and add --keyring FILE: gpg --export ${pinned[0] ?? ''} >FILE`,
      BY_BUNDLE,
    ],
  });
}

function refused(
  { name }: Signed,
  signature: string,
  pinned: readonly string[],
  { from, faults }: Keyrings,
  { why, found, unknown = false }: Extract<Verdict, { why: string }>,
): Failed {
  return new Failed({
    reason: 'signature-refused',
    message: `the signature of ${name} is refused: ${why}`,
    details: [
      ...pinned.map((key) => `key wanted: ${key}`),
      `key found:  ${found ?? 'none'}`,
      `signature from ${signature}`,
      ...from.map((place) => `keys from ${place}`),
      ...faults,
    ],
    hints: [
      ...(unknown
        ? [
            `if that is the key wanted, or a subkey of it, get it and add --keyring FILE: gpg --export ${pinned[0] ?? ''} >FILE`,
          ]
        : []),
      REMEDY,
    ],
  });
}
