// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Bytes read at a time. */
const CHUNK = 1024 * 1024;

/** SHA-256 of a text's UTF-8 bytes or of bytes, in lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** SHA-256 of a file's bytes, in lower-case hex, read in pieces. @throws system errors of open(2), read(2) */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
