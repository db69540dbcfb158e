// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';
import type { Failure } from '../model/failure.js';
import { visible } from '../model/visible.js';

/**
 * A failure laid out for people: what failed, the lines that matter, the log, what to do.
 *
 * @param step title of the step that failed, if one did
 */
export function failureText(failure: Failure, step?: string): string {
  const lines = [
    step === undefined ? `l7build: ${failure.message}` : `l7build: ${step}: ${failure.message}`,
    ...(failure.diagnostics ?? []).flatMap(diagnosticLines),
    ...(failure.details ?? []).map((line) => `  | ${line}`),
    ...(failure.log === undefined ? [] : [`  the whole log: ${failure.log}`]),
    ...(failure.hints ?? []).map((hint) => `  -> ${hint}`),
  ];
  return visible(lines.join('\n'));
}

/** `file:line:col: message`, the line itself with a mark under the column, and the remedy. */
function diagnosticLines(diagnostic: Diagnostic): string[] {
  const { file, line, column, severity, message, quote, hint } = diagnostic;
  const number = String(line);
  return [
    `${file}:${number}:${String(column)}: ${severity}: ${message}`,
    ...(quote === undefined
      ? []
      : [`  ${number} | ${quote}`, `  ${' '.repeat(number.length)} | ${' '.repeat(column - 1)}^`]),
    ...(hint === undefined ? [] : [`  -> ${hint}`]),
  ];
}
