// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';
import type { SourceText } from './source-text.js';

/** Bytes of a recipe file. */
export const MAX_BYTES = 256 * 1024;
const MAX_LINES = 5000;
const MAX_LINE = 4096;
/** Brackets open at once, indicators (`- `, `? `) in a row, and half the columns of indentation. */
const MAX_DEPTH = 32;

const INDICATORS = /^[ \t]*(?:[-?:][ \t]+)*/;

/**
 * Bounds on a text before the YAML parser sees it: that parser recurses once per level of nesting,
 * and deep enough nesting ends the whole process rather than with an exception. Brackets are counted
 * wherever they stand, in quotes and comments as well: simple, and no recipe comes near the limit.
 *
 * @returns the first complaint, or undefined
 */
export function beyondBounds(source: SourceText): Diagnostic | undefined {
  let offset = 0;
  let open = 0;
  for (const [index, line] of source.text.split('\n').entries()) {
    if (index >= MAX_LINES) {
      return source.complaint(offset, `more than ${String(MAX_LINES)} lines`, 'split the file');
    }
    if (line.length > MAX_LINE) {
      const hint = 'fold the line';
      return source.complaint(offset, `a line of more than ${String(MAX_LINE)} characters`, hint);
    }
    for (let column = 0; column < line.length; column++) {
      const char = line[column];
      if (char === '[' || char === '{') open++;
      else if ((char === ']' || char === '}') && open > 0) open--;
      if (open > MAX_DEPTH) return tooDeep(source, offset + column);
    }
    const lead = INDICATORS.exec(line)?.[0] ?? '';
    const indicators = lead.replace(/[ \t]/g, '').length;
    if (indicators > MAX_DEPTH || lead.search(/[^ ]|$/) > 2 * MAX_DEPTH) {
      return tooDeep(source, offset);
    }
    offset += line.length + 1;
  }
  return undefined;
}

function tooDeep(source: SourceText, offset: number): Diagnostic {
  return source.complaint(offset, 'nested too deeply', 'a recipe is at most five levels deep');
}
