// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';
import type { LedgerLine } from '../model/ledger.js';

/** Lines of rejects that a failure shows; the ledger has them all. */
const SHOWN = 40;

/**
 * Nothing is skipped silently: any reject in a ledger fails the build.
 *
 * @throws Failed `patch-rejected` with each rejected patch or file and why it does not fit
 */
export function refuseRejects(ledger: readonly LedgerLine[]): void {
  const rejected = ledger.filter(({ outcome }) => outcome === 'rejected');
  const [first] = rejected;
  if (first === undefined) return;
  const details = rejected.flatMap(({ patch, rejects }) => [
    `${patch}:`,
    ...rejects.map((line) => `  ${line}`),
  ]);
  const more = details.length - SHOWN;
  throw new Failed({
    reason: 'patch-rejected',
    message:
      rejected.length === 1
        ? `${first.patch} does not fit the tree`
        : `${String(rejected.length)} patches or files of the series do not fit the tree, first ${first.patch}`,
    details: [
      ...details.slice(0, SHOWN),
      ...(more > 0 ? [`… and ${String(more)} more lines`] : []),
    ],
    hints: [
      'see how every patch of the series goes on: l7build patch status',
      'try it on another tree: l7build patch try --tree PATH',
      'the tree may be of another version than the series is made for',
    ],
    facts: { ledger },
  });
}
