// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';
import type { SymbolRequest } from '../model/recipe.js';
import { dotConfigLine } from './dot-config.js';

export interface Fragment {
  readonly requests: readonly SymbolRequest[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a fragment: lines as in a .config, and comments. A comment is the reason of every symbol
 * below it, up to the next comment or an empty line.
 *
 * @param text the fragment
 * @param file its name, for diagnostics and for the requests' places
 */
export function parseFragment(text: string, file: string): Fragment {
  const requests: SymbolRequest[] = [];
  const diagnostics: Diagnostic[] = [];
  let why: string[] = [];
  let open = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trimEnd();
    const at = { file, line: index + 1 };
    const setting = dotConfigLine(line);
    if (setting !== undefined) {
      requests.push({ ...setting, why: why.join(' '), ...at });
      open = false;
      if (why.length > 0) continue;
      diagnostics.push({
        ...at,
        column: 1,
        severity: 'warning',
        message: `CONFIG_${setting.symbol} is asked for without a reason`,
        hint: 'write a comment line above it that says what needs it',
        quote: line,
      });
    } else if (line === '') {
      why = [];
      open = false;
    } else if (line.startsWith('#')) {
      const words = line.replace(/^#+ */, '');
      if (!open) why = [];
      open = true;
      if (words !== '' && !words.startsWith('SPDX-')) why.push(words);
    } else {
      diagnostics.push({ ...at, severity: 'error', quote: line, ...fault(line) });
    }
  }
  return { requests, diagnostics };
}

/** What is wrong with a line that is no setting, no comment and not empty. */
function fault(line: string): Pick<Diagnostic, 'column' | 'message' | 'hint'> {
  const form = 'write CONFIG_NAME=y, =m, =n, ="text" or =number, or # CONFIG_NAME is not set';
  const [, indent = '', name, gap = '', equals] =
    /^(\s*)(?:(CONFIG_[A-Za-z0-9_]+)(\s*)(=?))?/.exec(line) ?? [];
  if (indent !== '') return { column: 1, message: 'blanks before the line', hint: form };
  if (name === undefined) return { column: 1, message: 'no CONFIG_ symbol', hint: form };
  const column = name.length + gap.length + 1;
  if (equals === '') return { column, message: `no value for ${name}`, hint: form };
  if (gap !== '') return { column: name.length + 1, message: 'blanks before the =', hint: form };
  return {
    column: column + 1,
    message: `not a value of Kconfig: ${line.slice(column)}`,
    hint: 'a text stands in double quotes',
  };
}
