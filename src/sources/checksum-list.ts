// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../host/files.js';
import { download, shownUrl } from '../host/http.js';
import { Failed } from '../model/failure.js';

/** What kernel.org calls the checksums of a folder's files. */
export const CHECKSUM_LIST = 'sha256sums.asc';
/** Bytes of such a list; that of a series with hundreds of releases has one million. */
const LARGEST = 8 * 1024 ** 2;

/** A line of sha256sum(1). */
const LINE = /^([0-9a-f]{64}) [ *]([^\s/\\\p{Cc}]{1,200})$/u;
const BEGIN = '-----BEGIN PGP SIGNED MESSAGE-----';
const SIGNATURE = '-----BEGIN PGP SIGNATURE-----';
const END = '-----END PGP SIGNATURE-----';

/**
 * Reads a list of checksums, with or without the cleartext framework of OpenPGP around it (RFC 9580, 7).
 * Whose signature it is nobody looks at here: the digests are as trustworthy as the server.
 *
 * @param name of the list, for messages
 * @returns SHA-256 by file name
 * @throws Failed `network-failed` naming the first line that is none of such a list
 */
export function parseChecksums(text: string, name: string): ReadonlyMap<string, string> {
  const lines = text.replaceAll('\r\n', '\n').trimEnd().split('\n');
  const signed = lines[0] === BEGIN;
  // Headers of the armour end with an empty line.
  const from = signed ? lines.indexOf('') + 1 : 0;
  const to = signed ? lines.indexOf(SIGNATURE) : lines.length;
  if (signed && (from === 0 || to < from || lines.at(-1) !== END)) {
    throw notAList(name, `it is cut off after line ${String(lines.length)}`);
  }
  const digests = new Map<string, string>();
  for (const [index, line] of lines.slice(from, to).entries()) {
    if (line === '') continue;
    const place = `line ${String(from + index + 1)}`;
    const [, digest, file] = LINE.exec(line) ?? [];
    if (digest === undefined || file === undefined) {
      throw notAList(name, `${place} is no checksum with a file's name`);
    }
    if ((digests.get(file) ?? digest) !== digest) {
      throw notAList(name, `${place} has another checksum of ${file} than one before`);
    }
    digests.set(file, digest);
  }
  return digests;
}

function notAList(name: string, why: string): Failed {
  return new Failed({
    reason: 'network-failed',
    message: `${name} is no list of checksums: ${why}`,
    hints: ['a proxy or a login page may have answered in place of the server; try again later'],
  });
}

/**
 * Downloads and reads the list of a folder.
 *
 * @param folder address with a slash at its end
 * @throws Failed `network-failed` or `source-missing` with why, `interrupted`, and as `parseChecksums`
 */
export async function fetchChecksums(
  folder: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const url = `${folder}${CHECKSUM_LIST}`;
  const work = await mkdtemp(join(tmpdir(), 'l7build-releases-'));
  try {
    const to = join(work, CHECKSUM_LIST);
    const got = await download({ url, to, limit: LARGEST, signal });
    if (got.ok) return parseChecksums(await readFile(to, 'utf8'), shownUrl(url));
    throw new Failed({
      reason: got.kind === 'missing' ? 'source-missing' : 'network-failed',
      message: `${shownUrl(url)}: ${got.why}`,
    });
  } finally {
    await removeTree(work);
  }
}
