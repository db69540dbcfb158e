// SPDX-License-Identifier: GPL-2.0-only

/** One byte of a pattern as its parser sees it: `\xHH` decoded, ASCII lower-cased. */
export interface Letter {
  /** One character, U+0001 to U+00FF. */
  readonly byte: string;
  /** Bytes before it in the pattern's text. */
  readonly offset: number;
  /** It was written as `\xHH`. */
  readonly decoded: boolean;
}

export interface Letters {
  readonly letters: readonly Letter[];
  /** Where the pattern ends, in bytes of its text: at a `\x00`, else at the end of the text. */
  readonly end: number;
  readonly truncated: boolean;
}

/** With a small x only, as l7-filter's extension reads it. */
const HEX = /\\x([0-9a-fA-F]{2})/y;

/**
 * Decodes a pattern's text the way the extension and the kernel do before they parse it, so
 * `\x2a` becomes the operator `*` and `\x00` ends the pattern.
 *
 * @param pattern one character per byte (latin1)
 */
export function readLetters(pattern: string): Letters {
  const letters: Letter[] = [];
  let offset = 0;
  while (offset < pattern.length) {
    HEX.lastIndex = offset;
    const hex = HEX.exec(pattern)?.[1];
    const byte =
      hex === undefined ? pattern.charAt(offset) : String.fromCharCode(parseInt(hex, 16));
    if (hex !== undefined && byte === '\0') return { letters, end: offset, truncated: true };
    letters.push({ byte: folded(byte), offset, decoded: hex !== undefined });
    offset += hex === undefined ? 1 : 4;
  }
  return { letters, end: offset, truncated: false };
}

/** Only ASCII is folded: a byte above 127 is its own, whatever latin1 would make of it. */
function folded(byte: string): string {
  return byte >= 'A' && byte <= 'Z' ? byte.toLowerCase() : byte;
}
