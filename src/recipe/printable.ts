// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';

/** Characters of a line or a value that a message shows. */
const SHOWN = 160;

/**
 * Text from a file, made safe to show: control characters, which could drive a terminal, and
 * direction marks, which could reorder what is read, become `\u{…}`; long text is cut.
 */
export function printable(text: string): string {
  const cut = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (char) =>
    char === '\t' ? ' ' : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** A value as a complaint names it. */
export function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  switch (typeof value) {
    case 'string':
      return `the text "${printable(value)}"`;
    case 'number':
    case 'bigint':
      return `the number ${String(value)}`;
    case 'boolean':
      return String(value);
    default:
      return 'a map';
  }
}

/** A complaint that quotes a file, made safe to show. */
export function printableFault(fault: Diagnostic): Diagnostic {
  return {
    ...fault,
    message: printable(fault.message),
    ...(fault.quote === undefined ? {} : { quote: printable(fault.quote) }),
  };
}
