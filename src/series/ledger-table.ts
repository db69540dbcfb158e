// SPDX-License-Identifier: GPL-2.0-only
import type { LedgerLine } from '../model/ledger.js';

/**
 * A ledger as lines for people: one per patch or file in the order of application, each reject below its
 * own, and a summary.
 */
export function ledgerTable(ledger: readonly LedgerLine[]): string[] {
  const outcomes = ledger.map(outcomeText);
  const width = Math.max(...outcomes.map(({ length }) => length), 0);
  const lines = ledger.flatMap(({ patch, kind, files, rejects, why }, index) => {
    const size = why ?? (kind === 'patch' ? count(files.length, 'file') : '');
    return [
      `${(outcomes[index] ?? '').padEnd(width)}  ${patch}${size === '' ? '' : ` (${size})`}`,
      ...rejects.map((reject) => `${' '.repeat(width)}    ${reject}`),
    ];
  });
  return [...lines, summary(ledger)];
}

function outcomeText({ outcome, offset, fuzz }: LedgerLine): string {
  switch (outcome) {
    case 'offset':
      return `offset ${offset > 0 ? '+' : ''}${String(offset)}`;
    case 'fuzz':
      return `fuzz ${String(fuzz)}`;
    case 'already-there':
      return 'already there';
    case 'not-needed':
      return 'not needed';
    case 'clean':
    case 'rejected':
      return outcome;
  }
}

function summary(ledger: readonly LedgerLine[]): string {
  const rejected = ledger.filter(({ outcome }) => outcome === 'rejected').length;
  const patches = ledger.filter(({ kind }) => kind === 'patch').length;
  const all = `${count(patches, 'patch', 'patches')} and ${count(ledger.length - patches, 'file')}`;
  return rejected === 0 ? `${all}: all go on` : `${all}: ${String(rejected)} rejected`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${String(number)} ${number === 1 ? one : many}`;
}
