// SPDX-License-Identifier: GPL-2.0-only

/** A complaint about a place in a text file. Lines and columns count from 1. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** The line complained about, as it stands in the file. */
  readonly quote?: string;
}
