// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';

/** A cursor over the lines of a patch that knows how to complain about where it stands. */
export class PatchLines {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(
    text: string,
    readonly file: string,
  ) {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    this.#lines = lines;
  }

  /** The line that the cursor stands on; undefined behind the last one. */
  get current(): string | undefined {
    return this.#lines[this.#at];
  }

  /** 1-based number of the current line. */
  get number(): number {
    return this.#at + 1;
  }

  peek(distance: number): string | undefined {
    return this.#lines[this.#at + distance];
  }

  next(): void {
    this.#at += 1;
  }

  /** A complaint about a line (default: the current one), to be thrown. */
  fault(message: string, hint?: string, line = this.number): Failed {
    const quote = this.#lines[line - 1]?.trimEnd();
    return new Failed({
      reason: 'recipe-invalid',
      message: `patch ${this.file}, line ${String(line)}: ${message}`,
      diagnostics: [
        {
          file: this.file,
          line,
          column: 1,
          severity: 'error',
          message,
          ...(hint === undefined ? {} : { hint }),
          ...(quote === undefined ? {} : { quote }),
        },
      ],
    });
  }
}
