// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';
import { printable } from './printable.js';

/** A text file of the project, from which complaints can quote. */
export class SourceText {
  constructor(
    /** Path below the project's root. */
    readonly file: string,
    readonly text: string,
  ) {}

  /**
   * A complaint about the place `offset` (in UTF-16 units from the start of the text).
   * Lines and columns count from 1, columns in UTF-16 units as editors do.
   */
  complaint(offset: number, message: string, hint?: string): Diagnostic {
    const before = this.text.slice(0, offset);
    const start = before.lastIndexOf('\n') + 1;
    const end = this.text.indexOf('\n', start);
    const quote = this.text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
    return {
      file: this.file,
      line: before.split('\n').length,
      column: before.length - start + 1,
      severity: 'error',
      message,
      ...(hint === undefined ? {} : { hint }),
      quote: printable(quote),
    };
  }
}
