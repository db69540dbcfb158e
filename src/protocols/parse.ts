// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.js';
import { sha256 } from '../host/hash.js';
import { quoted, readLines, type TextLine } from './text-line.js';

export const SUFFIX = '.pat';
/** Bytes of a name and of a pattern: the fields of the match's rule end in a NUL. */
const NAME_MAX = 255;
const PATTERN_MAX = 8191;

/** What a .pat file defines. */
export interface Definition {
  readonly name: string;
  /** As it stands in the file, one character per byte (latin1). */
  readonly pattern: string;
  readonly file: string;
  /** Of the file's bytes. */
  readonly sha256: string;
  readonly nameLine: number;
  readonly patternLine: number;
  /** The lines above the name that start with `#`, without it and the blank after it. */
  readonly comment: readonly string[];
}

/** A definition, or why the file has none. */
export type Parsed =
  { readonly definition: Definition } | { readonly diagnostics: readonly [Diagnostic] };

/**
 * Reads a definition file as l7-filter's extension does: lines that start with `#` and lines
 * shorter than two bytes (newline included) are skipped; the first that remains, up to a blank, is
 * the name and has to be the file's; the second is the pattern, to the byte; the rest is ignored.
 *
 * @param file path for complaints, whose last part is the file's name
 */
export function parseDefinition(file: string, bytes: Uint8Array): Parsed {
  const lines = readLines(bytes);
  const [nameLine, patternLine] = lines.filter(counts);
  const end = Math.max(1, lines.length);
  const refuse = (place: Place, message: string, hint: string): Parsed => ({
    diagnostics: [{ file, severity: 'error', message, hint, ...place }],
  });
  if (nameLine === undefined) {
    return refuse({ line: end, column: 1 }, 'the file ends before a name', nameHint(file));
  }
  const name = /^[^ \t\n\v\f\r]*/.exec(nameLine.text)?.[0] ?? '';
  if (name.length > NAME_MAX) {
    const message = `the name is longer than ${String(NAME_MAX)} bytes`;
    return refuse({ line: nameLine.number, column: NAME_MAX + 1 }, message, nameHint(file));
  }
  if (`${name}${SUFFIX}` !== Buffer.from(basename(file)).toString('latin1')) {
    const message = `the name "${quoted(name)}" is not that of the file`;
    return refuse(placeIn(nameLine, 1), message, nameHint(file));
  }
  if (patternLine === undefined) {
    const hint = 'write it on the line after the name';
    return refuse({ line: end, column: 1 }, 'the file ends before a pattern', hint);
  }
  const pattern = patternLine.text;
  if (pattern.length > PATTERN_MAX) {
    const message = `the pattern is longer than ${String(PATTERN_MAX)} bytes`;
    const place = { line: patternLine.number, column: PATTERN_MAX + 1 };
    return refuse(place, message, 'write two definitions');
  }
  const nul = pattern.indexOf('\0');
  if (nul >= 0) {
    const hint = 'leave it out: NUL bytes are never matched';
    return refuse(placeIn(patternLine, nul + 1), 'a NUL byte in the pattern', hint);
  }
  return {
    definition: {
      name,
      pattern,
      file,
      sha256: sha256(bytes),
      nameLine: nameLine.number,
      patternLine: patternLine.number,
      comment: lines.slice(0, nameLine.number - 1).flatMap(commentOf),
    },
  };
}

type Place = Pick<Diagnostic, 'line' | 'column' | 'quote'>;

function placeIn({ number, text }: TextLine, column: number): Place {
  return { line: number, column, quote: quoted(text) };
}

function counts({ text, size }: TextLine): boolean {
  return size >= 2 && !text.startsWith('#');
}

function nameHint(file: string): string {
  const name = basename(file, SUFFIX);
  return `the first line that is no comment has to say ${name}, as rules will`;
}

/** Comments are for people, and UTF-8. */
function commentOf({ text }: TextLine): string[] {
  if (!text.startsWith('#')) return [];
  return [Buffer.from(text, 'latin1').toString('utf8').replace(/^# ?/, '').trimEnd()];
}
