// SPDX-License-Identifier: GPL-2.0-only
import type { Cursor } from './cursor.js';
import type { Letter } from './letters.js';

const POSIX = /\[:[a-z]+:\]/y;
const ESCAPE = /\\[a-z0-9.]/iy;

/**
 * Reads a class from its `[` to past its `]`. A `]` or `-` that comes first is a member, a backslash
 * is one anywhere, and a dash goes on from whatever byte stands before it, even a range's end.
 */
export function readClass(cursor: Cursor, open: Letter): void {
  cursor.operator(open);
  cursor.advance();
  if (cursor.now?.byte === '^') {
    cursor.operator(cursor.now);
    cursor.advance();
  }
  let last = '\0';
  if (cursor.now?.byte === ']' || cursor.now?.byte === '-') {
    last = cursor.now.byte;
    cursor.advance();
  }
  for (let letter = cursor.now; letter !== undefined; letter = cursor.now) {
    if (letter.byte === ']') {
      cursor.operator(letter);
      cursor.advance();
      return;
    }
    if (letter.byte !== '-') warnOfHabits(cursor, letter);
    else if (!readRange(cursor, letter, last)) continue;
    last = (cursor.now ?? letter).byte;
    cursor.advance();
  }
  if (cursor.refused) return;
  cursor.refuse(
    open.offset,
    'this [ has no ]',
    'a ] right after [ or [^ is a member; a class needs another one to end',
  );
}

/** Goes from a dash to the end of its range. False where it is none: a dash before `]` is a member. */
function readRange(cursor: Cursor, dash: Letter, from: string): boolean {
  cursor.advance();
  const to = cursor.now;
  if (to === undefined || to.byte === ']') return false;
  cursor.operator(dash);
  if (from <= to.byte) return true;
  cursor.refuse(
    to.offset,
    'the range ends below its start (letters are lower-cased first)',
    'swap its ends, or put the dash first to have it as a member',
  );
  return false;
}

function warnOfHabits(cursor: Cursor, { offset, decoded }: Letter): void {
  if (decoded) return;
  if (at(POSIX, cursor.pattern, offset)) {
    const hint = 'write the range itself, such as a-z';
    cursor.warn(offset, 'there are no POSIX classes: this ends at the first ]', hint);
  } else if (at(ESCAPE, cursor.pattern, offset) && cursor.pattern.charAt(offset + 1) !== 'x') {
    const hint = 'write the byte itself or \\xHH, which is decoded everywhere';
    cursor.warn(offset, 'between [ and ] a backslash is a member and escapes nothing', hint);
  }
}

function at(sticky: RegExp, text: string, offset: number): boolean {
  sticky.lastIndex = offset;
  return sticky.test(text);
}
