// SPDX-License-Identifier: GPL-2.0-only
import type { ConfigVerdict } from '../model/config.js';
import { Failed } from '../model/failure.js';
import type { SymbolRequest } from '../model/recipe.js';
import { parseDotConfig } from './dot-config.js';
import { explainUnmet } from './explain-unmet.js';
import { readKconfigTree } from './read-tree.js';
import { isMet, verdict } from './verdict.js';

/**
 * Compares every request with a resolved configuration, and asks the tree's Kconfig files why those that
 * are not met are not.
 *
 * @param requests one per symbol
 * @param config text of the resolved .config
 * @param tree the source tree and the name of its architecture folder; without it nothing is explained
 */
export async function judge(
  requests: readonly SymbolRequest[],
  config: string,
  tree?: { readonly src: string; readonly srcarch: string },
): Promise<ConfigVerdict[]> {
  const resolved = parseDotConfig(config);
  const verdicts = requests.map((request) => verdict(request, resolved));
  if (tree === undefined || verdicts.every(isMet)) return verdicts;
  const table = await readKconfigTree(tree.src, tree.srcarch);
  return verdicts.map((found) =>
    isMet(found) ? found : explainUnmet(found, table, resolved, requests),
  );
}

/**
 * A request that is not met fails the build.
 * @throws Failed `config-unmet` with one line per such symbol
 */
export function refuseUnmet(verdicts: readonly ConfigVerdict[]): void {
  const unmet = verdicts.filter((found) => !isMet(found));
  const [first] = unmet;
  if (first === undefined) return;
  throw new Failed({
    reason: 'config-unmet',
    message:
      unmet.length === 1
        ? `CONFIG_${first.symbol}=${first.requested} cannot be met: it is ${first.resolved}`
        : `${String(unmet.length)} CONFIG symbols cannot be met, first CONFIG_${first.symbol}`,
    details: unmet.map(unmetLine),
    hints: [
      'ask in a fragment for what is needed, or drop the request',
      'see every request with its reason: l7build config show',
    ],
    facts: { config: verdicts },
  });
}

/** One line about a request that is not met. */
export function unmetLine({
  symbol,
  requested,
  resolved,
  unmet,
  from,
  outcome,
}: ConfigVerdict): string {
  const what = `CONFIG_${symbol}=${requested} (${from}): ${outcome}, is ${resolved}`;
  return unmet === undefined ? what : `${what}; ${unmet}`;
}
