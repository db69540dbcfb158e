// SPDX-License-Identifier: GPL-2.0-only
import { readLetters, type Letter } from './letters.js';

/** A complaint about a place in a pattern's text. */
export interface Complaint {
  /** Bytes before the place. */
  readonly offset: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string;
}

/** A walk over a pattern's letters, which ends at the first error. */
export class Cursor {
  readonly complaints: Complaint[] = [];
  readonly #letters: readonly Letter[];
  readonly #end: number;
  #at = 0;

  constructor(readonly pattern: string) {
    const { letters, end, truncated } = readLetters(pattern);
    this.#letters = letters;
    this.#end = end;
    if (truncated) {
      this.warn(end, '\\x00 ends the pattern here', 'leave it out: NUL bytes are never matched');
    }
  }

  /** The letter to read next; undefined at the pattern's end. */
  get now(): Letter | undefined {
    return this.#letters[this.#at];
  }

  /** Where `now` is, in bytes of the text. */
  get offset(): number {
    return this.now?.offset ?? this.#end;
  }

  /** Goes on to the next letter. */
  advance(): void {
    this.#at++;
  }

  /** Notes that a letter acts as an operator, which surprises if it was written as a byte. */
  operator(letter: Letter): void {
    if (!letter.decoded) return;
    const text = this.pattern.slice(letter.offset, letter.offset + 4);
    this.warn(
      letter.offset,
      `${text} is decoded before parsing, so here it is the operator ${letter.byte}`,
      `for the byte, write \\${letter.byte}; for the operator, ${letter.byte}`,
    );
  }

  warn(offset: number, message: string, hint: string): void {
    this.complaints.push({ offset, severity: 'warning', message, hint });
  }

  /** Refuses the pattern, which ends the walk. */
  refuse(offset: number, message: string, hint: string): void {
    this.complaints.push({ offset, severity: 'error', message, hint });
    this.#at = this.#letters.length;
  }

  get refused(): boolean {
    return this.complaints.some(({ severity }) => severity === 'error');
  }
}
