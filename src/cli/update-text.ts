// SPDX-License-Identifier: GPL-2.0-only
import { aligned } from '../host/columns.js';
import type { Failure } from '../model/failure.js';
import { ledgerTable } from '../series/ledger-table.js';
import type { Standing } from '../sources/index.js';
import type { Tried } from './try-release.js';

/** What came of asking about a recipe. */
export interface Asked {
  readonly kernel: string;
  /** Missing if it could not be asked, or if its publisher has no list of releases. */
  readonly standing?: Standing;
  readonly failure?: Failure;
}

/** What is newer, a line for each recipe: its name, where it stands, the verdict, who was asked. */
export function releaseLines(all: readonly Asked[]): string[] {
  return aligned(
    all.map((asked) => [
      asked.kernel,
      asked.standing?.current ?? '-',
      verdict(asked),
      asked.standing?.asked ?? '',
    ]),
  );
}

function verdict({ standing, failure }: Asked): string {
  if (failure !== undefined) return 'could not be asked';
  if (standing === undefined) return 'its publisher has no list of releases';
  const { current, newer } = standing;
  const newest = newer.at(-1);
  if (newest === undefined) return current === undefined ? 'is no release' : 'is the newest';
  if (current === undefined) return `newest: ${newest.version}`;
  const more = newer.length === 1 ? '' : ` and ${String(newer.length - 1)} before it`;
  return `newer: ${newest.version}${more}`;
}

/** How a recipe's series went on a release. */
export function triedLines(kernel: string, tried: Tried): string[] {
  if ('failure' in tried) return [];
  return [`The series of ${kernel} on ${tried.version}:`, ...ledgerTable(tried.ledger)];
}
