// SPDX-License-Identifier: GPL-2.0-only
import { open } from 'node:fs/promises';
import type { Argv } from './exec.js';

export type Format = 'tar' | 'deb' | 'gzip' | 'xz' | 'bzip2' | 'zstd' | 'unknown';

/** First bytes of each format, as file(1) knows them. */
const MAGIC: readonly (readonly [Format, number, string])[] = [
  ['gzip', 0, '1f8b'],
  ['xz', 0, 'fd377a585a00'],
  ['bzip2', 0, '425a68'],
  ['zstd', 0, '28b52ffd'],
  ['deb', 0, Buffer.from('!<arch>\ndebian-binary').toString('hex')],
  ['tar', 257, Buffer.from('ustar').toString('hex')],
];

/** Bytes that formatOf wants to see. */
export const HEAD = 512;

/** Tells a format by a file's first 512 bytes; names prove nothing. */
export function formatOf(head: Uint8Array): Format {
  const hex = Buffer.from(head).toString('hex');
  return MAGIC.find(([, at, magic]) => hex.startsWith(magic, at * 2))?.[0] ?? 'unknown';
}

/** Tells a file's format. @throws system errors */
export async function formatOfFile(path: string): Promise<Format> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return formatOf(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** The command that turns a compressed stream into a plain one. */
export function decompressor(format: Format): Argv | undefined {
  switch (format) {
    case 'gzip':
      return ['gzip', '-dc'];
    case 'xz':
      // As many threads as the file's blocks and the processors allow.
      return ['xz', '-T0', '-dc'];
    case 'bzip2':
      return ['bzip2', '-dc'];
    case 'zstd':
      return ['zstd', '-qdc'];
    case 'tar':
    case 'deb':
    case 'unknown':
      return undefined;
  }
}
