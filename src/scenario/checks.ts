// SPDX-License-Identifier: GPL-2.0-only
import type { Check, Exchange, Expectation, Rule } from '../model/scenario.js';
import type { Complain } from './complain.js';
import type { CheckWords } from './schema.js';

type Path = readonly PropertyKey[];

/** A check as a scenario file has it, with its exchanges. What has faults is complained of. */
export function toCheck(
  words: CheckWords,
  exchanges: readonly Exchange[],
  path: Path,
  complain: Complain,
): Check {
  const { id, title } = words;
  const rules = Object.entries(words.rules).map(([name, text]) => toRule(name, text));
  const traffic = (words.traffic ?? []).flatMap((name, index) => {
    const found = exchanges.find((exchange) => exchange.name === name);
    if (found === undefined) complain([...path, 'traffic', index], `there is no exchange ${name}`);
    return found ?? [];
  });
  traffic.forEach(({ name, port }, index) => {
    const first = traffic.find((other) => other.port === port);
    if (first?.name !== name) {
      complain(
        [...path, 'traffic', index],
        `${name} needs port ${String(port)}, as ${String(first?.name)} does`,
      );
    }
  });
  const expect = expectations(words.expect, [...path, 'expect'], { rules, traffic }, complain);
  if (expect.length === 0) complain([...path, 'expect'], `the check ${id} expects nothing`);
  return { id, title, sysctls: words.sysctls ?? {}, rules, traffic, expect };
}

function toRule(name: string, text: string): Rule {
  const [, chain = '', rest = ''] = /^-A (\S+) ?(.*)$/.exec(text) ?? [];
  return { name, chain, text: rest };
}

function expectations(
  words: CheckWords['expect'],
  path: Path,
  { rules, traffic }: Pick<Check, 'rules' | 'traffic'>,
  complain: Complain,
): Expectation[] {
  const expected: Expectation[] = [];
  for (const [exchange, outcome] of Object.entries(words.exchanges ?? {})) {
    if (!traffic.some(({ name }) => name === exchange)) {
      complain([...path, 'exchanges', exchange], `${exchange} is not among the check's traffic`);
    }
    expected.push({ kind: 'exchange', exchange, outcome });
  }
  for (const [rule, packets] of Object.entries(words.counts ?? {})) {
    if (!rules.some(({ name }) => name === rule)) {
      complain([...path, 'counts', rule], `${rule} is not among the check's rules`);
    }
    expected.push({ kind: 'count', rule, packets });
  }
  if (words.definitions !== undefined) expected.push({ kind: 'definitions' });
  if (words.drained !== undefined) expected.push({ kind: 'drained', ...words.drained });
  if (words.restored === true) expected.push({ kind: 'restored' });
  if (words.reloaded !== undefined) expected.push({ kind: 'reloaded', module: words.reloaded });
  return expected;
}
