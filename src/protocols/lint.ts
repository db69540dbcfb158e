// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';
import type { Complaint } from './cursor.js';
import { readDialect } from './dialect.js';
import type { Definition } from './parse.js';
import { quoted } from './text-line.js';

/** Bytes that an unanchored pattern should ask for at least: fewer turn up in any stream. */
const UNANCHORED_MIN = 3;

/**
 * What is wrong or suspicious in a definition's pattern. Errors are what the kernel refuses, and the
 * original silently never matches; the kernel's caps on states and memory are not checked here.
 * Warnings are text that means something else here than in other dialects.
 */
export function lintDefinition(definition: Definition): Diagnostic[] {
  const { pattern, file, patternLine } = definition;
  const { complaints, shortest, anchored } = readDialect(pattern);
  const all: Complaint[] = [...complaints, ...trailingBlanks(pattern)];
  if (!all.some(({ severity }) => severity === 'error')) {
    all.push(...tooEasy(shortest, anchored));
  }
  return all.map(({ offset, severity, message, hint }) => ({
    file,
    line: patternLine,
    column: offset + 1,
    severity,
    message,
    hint,
    quote: quoted(pattern),
  }));
}

function trailingBlanks(pattern: string): Complaint[] {
  const offset = pattern.search(/[ \t\r]+$/);
  if (offset < 0) return [];
  const [message, hint] = pattern.endsWith('\r')
    ? ['the line ends in CR LF, and the CR is part of the pattern', 'save it with Unix line ends']
    : ['the pattern ends in a blank, which has to match too', 'remove it, or write [ ]'];
  return [{ offset, severity: 'warning', message, hint }];
}

function tooEasy(shortest: number, anchored: boolean): Complaint[] {
  const place = { offset: 0, severity: 'warning' } as const;
  if (shortest === 0) {
    const hint = 'make at least one byte of it certain';
    return [{ ...place, message: 'every connection with data matches this', hint }];
  }
  if (anchored || shortest >= UNANCHORED_MIN) return [];
  const bytes = shortest === 1 ? '1 byte' : `${String(shortest)} bytes`;
  const message = `${bytes} anywhere in a stream match this`;
  return [{ ...place, message, hint: 'begin it with ^, or ask for more' }];
}
