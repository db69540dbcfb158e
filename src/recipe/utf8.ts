// SPDX-License-Identifier: GPL-2.0-only
import { refused } from './refuse.js';
import { SourceText } from './source-text.js';

/**
 * Decodes a file that has to be UTF-8.
 *
 * @throws Failed `recipe-invalid` at the first byte that is not
 */
export function decodeUtf8(file: string, bytes: Uint8Array): SourceText {
  try {
    return new SourceText(file, new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let sound = '';
  try {
    // Byte by byte, for the place: the decoder throws at the byte that breaks a character.
    for (const byte of bytes) sound += decoder.decode(Uint8Array.of(byte), { stream: true });
  } catch {
    // `sound` holds what came before.
  }
  const source = new SourceText(file, `${sound}\u{fffd}`);
  throw refused([
    source.complaint(sound.length, 'a byte that is not UTF-8 text', 'save the file as UTF-8'),
  ]);
}
