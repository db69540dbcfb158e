// SPDX-License-Identifier: GPL-2.0-only
import type { Count, CountedRule, Counters } from '../../model/lab-report.js';
import { html, type Markup } from './html.js';

interface Row {
  readonly chain: string;
  readonly rule: string;
  /** One for each look; undefined while there was no such rule. */
  readonly counts: readonly (Count | undefined)[];
}

/**
 * What each rule of a host had counted at each look, and each chain's end where it has rules. Chains without rules are left
 * out: the picture has them.
 *
 * @param looks of one host, in order of time
 */
export function countersTable(host: string, looks: readonly Counters[]): Markup | string {
  const rows = rowsOf(looks);
  if (rows.length === 0) return '';
  const heads = looks.map(({ after }) =>
    after === undefined ? 'before' : `after ${String(after + 1)}`,
  );
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          <th scope="col">Rules of ${host}</th>
          ${heads.map((head) => html`<th scope="col" class="number">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ chain, rule, counts }) =>
            html`<tr>
              <td><span class="dim">${chain}</span> <code>${rule}</code></td>
              ${counts.map((count) => html`<td class="number">${cell(count)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="dim">Packets, and bytes below them; “after 3” is after the third command.</p>
  </div>`;
}

function cell(count: Count | undefined): Markup | string {
  if (count === undefined) return '';
  return html`${count.packets}
    <div class="dim">${count.bytes}</div>`;
}

/** Rules in the order in which they are first seen in their chain, then its policy; the n-th of the same words is one. */
function rowsOf(looks: readonly Counters[]): Row[] {
  const named = looks.map(({ chains }) =>
    chains.map((one) => ({ ...one, name: `${one.table} ${one.chain}` })),
  );
  const ruled = named.flat().flatMap(({ name, rules }) => (rules.length > 0 ? [name] : []));
  return [...new Set(ruled)].flatMap((name) => {
    const seen = named.map((chains) => chains.find((one) => one.name === name));
    const rules = seen.map((chain) => numbered(chain?.rules ?? []));
    const texts = new Set(rules.flatMap((one) => [...one.keys()]));
    const policy = seen.find((chain) => chain?.policy !== undefined)?.policy;
    return [
      ...[...texts].map((text) => {
        const counts = rules.map((one) => one.get(text));
        return { chain: name, rule: counts.find((one) => one !== undefined)?.rule ?? '', counts };
      }),
      ...(policy === undefined ? [] : [{ chain: name, rule: `policy ${policy}`, counts: seen }]),
    ];
  });
}

/** Rules by their words and how many of the same words stand before them. */
function numbered(rules: readonly CountedRule[]): Map<string, CountedRule> {
  const met = new Map<string, CountedRule>();
  for (const one of rules) {
    let nth = 0;
    while (met.has(`${String(nth)} ${one.rule}`)) nth += 1;
    met.set(`${String(nth)} ${one.rule}`, one);
  }
  return met;
}
