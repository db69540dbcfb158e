// SPDX-License-Identifier: GPL-2.0-only
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dearmored } from '../host/armor.js';
import { ensureDirectory } from '../host/files.js';
import { Failed } from '../model/failure.js';
import type { SigningKey } from '../model/source.js';
import type { FetchContext } from './context.js';
import { bringUnproved } from './obtain.js';
import { nameOf } from './pins.js';

/** Bytes of a file of keys: one with hundreds of certifications has some hundred thousand. */
const LARGEST = 4 * 1024 ** 2;

/** Files of keys that were had, as gpgv reads them, and why others were not. */
export interface Keyrings {
  readonly files: readonly string[];
  /** Where they came from, for messages. */
  readonly from: readonly string[];
  readonly faults: readonly string[];
}

/**
 * Brings the keys that a signature may be by. What a place gives need not be the key that is wanted: that is
 * told by the signature, whose key has to have the pinned fingerprint.
 *
 * @param work folder for the files
 * @throws Failed `usage` for a `--keyring` that is not there or holds no keys, `interrupted`
 */
export async function keyringsFor(
  source: string,
  keys: readonly SigningKey[],
  work: string,
  ctx: FetchContext,
): Promise<Keyrings> {
  const own = ctx.policy.keyrings ?? [];
  const places = own.length > 0 ? own : keys.flatMap(({ from }) => from);
  const [files, from, faults]: [string[], string[], string[]] = [[], [], []];
  for (const [index, place] of [...new Set(places)].entries()) {
    const folder = join(work, `key-${String(index)}`);
    const got = await bytesOf(source, place, folder, ctx);
    const packets = 'why' in got ? undefined : dearmored(got.bytes);
    if (packets === undefined) {
      const why = 'why' in got ? got.why : `${place}: it holds no public keys of OpenPGP`;
      if (own.length > 0) throw unusable(place, why);
      faults.push(why);
      continue;
    }
    const file = join(folder, 'packets.gpg');
    await writeFile(file, packets);
    files.push(file);
    from.push(place);
  }
  return { files, from, faults };
}

type Got = { readonly bytes: Buffer } | { readonly why: string };

/** What lies at an address, or in a file. */
async function bytesOf(
  source: string,
  place: string,
  folder: string,
  ctx: FetchContext,
): Promise<Got> {
  await ensureDirectory(folder);
  if (!/^https?:/.test(place)) return fileOf(place);
  const file = { source, name: nameOf(place), size: LARGEST, urls: [place] };
  try {
    await bringUnproved(file, { ...ctx, out: folder });
    return await fileOf(join(folder, file.name), place);
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.reason === 'interrupted') throw error;
    const { message, details = [] } = error.failure;
    return { why: [message, ...details].join('; ') };
  }
}

async function fileOf(path: string, shown = path): Promise<Got> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isFile() !== true) return { why: `${shown}: not there` };
  if (there.size > LARGEST) return { why: `${shown}: larger than a file of keys is` };
  return { bytes: await readFile(path) };
}

function unusable(place: string, why: string): Failed {
  return new Failed({
    reason: 'usage',
    message: `--keyring ${place} cannot be used`,
    details: [why],
    hints: ['name a file of public keys, as gpg --export writes them, with or without --armor'],
  });
}
