// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';
import { Failed } from '../model/failure.js';

/** Complaints that one run shows; the rest of a broken file is seldom worth reading. */
const SHOWN = 30;

/** The failure of a recipe that has these faults; they are put in the order of the files' lines. */
export function refused(faults: readonly Diagnostic[]): Failed {
  const sorted = faults.toSorted(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column,
  );
  const files = [...new Set(sorted.map(({ file }) => file))];
  const count = faults.length === 1 ? 'a fault' : `${String(faults.length)} faults`;
  return new Failed({
    reason: 'recipe-invalid',
    message: `${files.join(', ')}: ${count}`,
    diagnostics: sorted.slice(0, SHOWN),
    hints: ['recipes/README.md says what a recipe may hold'],
  });
}

/** The complaint about a file as a whole. */
export function wholeFile(file: string, message: string, hint: string): Diagnostic {
  return { file, line: 1, column: 1, severity: 'error', message, hint };
}

/** Order of strings by their UTF-16 units: the same in every locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
