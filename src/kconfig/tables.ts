// SPDX-License-Identifier: GPL-2.0-only
import { aligned } from '../host/columns.js';
import type { ConfigVerdict } from '../model/config.js';
import type { SymbolRequest } from '../model/recipe.js';
import { parseDotConfig } from './dot-config.js';
import { isMet } from './verdict.js';

/** Requests as lines for people: value, symbol, place, and the reason. */
export function requestTable(requests: readonly SymbolRequest[]): string[] {
  return aligned(
    requests.map(({ symbol, value, why, file, line }) => [
      value,
      `CONFIG_${symbol}`,
      `${file}:${String(line)}`,
      why === '' ? '(no reason given)' : why,
    ]),
  );
}

/** Verdicts on a configuration as lines for people: what it has, for what, and a summary. */
export function verdictTable(verdicts: readonly ConfigVerdict[]): string[] {
  const lines = aligned(
    verdicts.map((found) => [
      isMet(found) ? 'ok' : 'NO',
      found.resolved === 'n' && found.requested !== 'n' ? 'missing' : found.resolved,
      `CONFIG_${found.symbol}`,
      isMet(found) ? found.why : `asked for as ${found.requested}: ${found.why}`,
    ]),
  );
  const unmet = verdicts.filter((found) => !isMet(found)).length;
  const all = String(verdicts.length);
  return [
    ...lines,
    unmet === 0
      ? `all ${all} options are there`
      : `${String(unmet)} of ${all} options are not as needed`,
  ];
}

/** One symbol on which two configurations differ; `n` where it is not set. */
export interface ConfigDifference {
  readonly symbol: string;
  readonly a: string;
  readonly b: string;
}

/** Symbols on which two .config texts differ, sorted. */
export function configDifferences(a: string, b: string): ConfigDifference[] {
  const [left, right] = [parseDotConfig(a), parseDotConfig(b)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .sort()
    .map((symbol) => ({ symbol, a: left.get(symbol) ?? 'n', b: right.get(symbol) ?? 'n' }))
    .filter((found) => found.a !== found.b);
}

/** Differences as lines for people. */
export function differenceTable(differences: readonly ConfigDifference[]): string[] {
  return aligned(differences.map(({ symbol, a, b }) => [`CONFIG_${symbol}`, a, '->', b]));
}
