// SPDX-License-Identifier: GPL-2.0-only
import type { CheckResult, ToldRow } from '../model/check.js';

/** What was spoken against what it was told as. */
export interface Matrix {
  /** The variants that all came to the same. */
  readonly variants: readonly string[];
  readonly rows: readonly ToldRow[];
  /** What something was told as: the rows' names first, in their order. */
  readonly columns: readonly string[];
}

/** The matrices of a run's checks, each once with its variants; none where no check was about that. */
export function matricesOf(checks: readonly CheckResult[]): Matrix[] {
  const tried = new Map<string, { variant: string; rows: ToldRow[] }>();
  for (const { variant, told } of checks) {
    if (told === undefined) continue;
    const key = JSON.stringify([told.matrix, variant]);
    const { rows } = tried.get(key) ?? { rows: [] };
    tried.set(key, { variant, rows: [...rows, told] });
  }
  const alike = new Map<string, { variants: string[]; rows: readonly ToldRow[] }>();
  for (const { variant, rows } of tried.values()) {
    const key = JSON.stringify(rows);
    const { variants } = alike.get(key) ?? { variants: [] };
    alike.set(key, { variants: [...variants, variant], rows });
  }
  return [...alike.values()].map((one) => ({ ...one, columns: columnsOf(one.rows) }));
}

function columnsOf(rows: readonly ToldRow[]): string[] {
  const told = new Set(rows.flatMap(({ as }) => as.map(({ protocol }) => protocol)));
  const spoken = rows.map((row) => row.spoken);
  const strange = [...told].filter((name) => !spoken.includes(name)).toSorted();
  return [...spoken.filter((name) => told.has(name)), ...strange];
}

/** A table's head: the corner, and a column each. */
export function headOf({ columns }: Matrix): string[] {
  return ['spoken', ...columns];
}

/** A table's rows; a cell without exchanges is empty. */
export function rowsOf({ rows, columns }: Matrix): string[][] {
  return rows.map((row) => [row.spoken, ...columns.map((column) => countOf(row, column))]);
}

/**
 * The matrix for a terminal: a column has a number in place of its name, which the row of that name has as well, and so
 * has a line below for what nobody spoke. A dot stands for none.
 */
export function matrixText(matrix: Matrix): string[] {
  const { rows, columns, variants } = matrix;
  const widest = Math.max(0, ...rows.map(({ spoken }) => spoken.length));
  const numbers = columns.map((_, index) => String(index + 1));
  const cells = (texts: readonly string[]): string =>
    texts.map((text) => text.padStart(3)).join('');
  const label = (name: string): string => {
    const at = columns.indexOf(name);
    return `${(at < 0 ? '' : String(at + 1)).padStart(3)} ${name.padEnd(widest)}`;
  };
  const spoken = new Set(rows.map((row) => row.spoken));
  return [
    `Told as (${variants.join('; ')}):`,
    `${''.padEnd(widest + 4)}${cells(numbers)}`,
    ...rows.map((row) => {
      const counts = columns.map((column) => countOf(row, column) || '.');
      return `${label(row.spoken)}${cells(counts)}`;
    }),
    ...columns.filter((name) => !spoken.has(name)).map((name) => label(name).trimEnd()),
  ];
}

function countOf({ as }: ToldRow, column: string): string {
  const count = as.find(({ protocol }) => protocol === column)?.count ?? 0;
  return count === 0 ? '' : String(count);
}
