// SPDX-License-Identifier: GPL-2.0-only

/** One line of a Kconfig file that says something. */
export interface Statement {
  /** First word: `config`, `depends`, `source`, … */
  readonly keyword: string;
  /** What follows it, without comments. */
  readonly rest: string;
  readonly line: number;
}

/**
 * Cuts a Kconfig file into statements: joins lines that end in a backslash, drops comments and the
 * indented texts below `help` (scripts/kconfig/lexer.l).
 */
export function statements(text: string): Statement[] {
  const lines = text.split('\n');
  const found: Statement[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = at + 1;
    let logical = lines[at] ?? '';
    while (logical.endsWith('\\') && at + 1 < lines.length) {
      at += 1;
      logical = `${logical.slice(0, -1)} ${lines[at] ?? ''}`;
    }
    const [, keyword, rest = ''] = /^\s*([A-Za-z_-]+)\b(.*)$/.exec(uncommented(logical)) ?? [];
    if (keyword === undefined) continue;
    found.push({ keyword: keyword.replace(/^-+|-+$/g, ''), rest: rest.trim(), line });
    if (/^\s*(?:help|---help---)\s*$/.test(logical)) at = helpEnd(lines, at);
  }
  return found;
}

/** The line without what follows a `#` outside of quotes. */
function uncommented(line: string): string {
  const [kept = ''] = /^(?:[^#"']|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|["'])*/.exec(line) ?? [];
  return kept;
}

/** Index of the last line of the help text below line `at`: it ends where the indent becomes less. */
function helpEnd(lines: readonly string[], at: number): number {
  let indent: number | undefined;
  for (let next = at + 1; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    if (line.trim() === '') continue;
    const depth = width(line);
    indent ??= depth;
    if (depth < indent || depth === 0) return next - 1;
  }
  return lines.length - 1;
}

/** Columns of blanks at the start of a line; a tab goes to the next multiple of eight. */
function width(line: string): number {
  let columns = 0;
  for (const char of line) {
    if (char === '\t') columns += 8 - (columns % 8);
    else if (char === ' ') columns += 1;
    else break;
  }
  return columns;
}
