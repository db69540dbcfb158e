// SPDX-License-Identifier: GPL-2.0-only
import {
  TABLES,
  type Check,
  type Exchange,
  type Expectation,
  type Rule,
  type Samples,
} from '../model/scenario.js';
import type { Complain } from './complain.js';
import type { CheckWords } from './schema.js';

type Path = readonly PropertyKey[];

/** What checks refer to. */
export interface Brought {
  readonly exchanges: readonly Exchange[];
  /** By folder; one that could not be read has been complained of. */
  readonly samples: ReadonlyMap<string, Samples>;
}

/** A check as a scenario file has it, with its exchanges. What has faults is complained of. */
export function toCheck(
  words: CheckWords,
  { exchanges, samples }: Brought,
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
  traffic.forEach((exchange, index) => {
    for (const fault of conflicts(exchange, traffic)) complain([...path, 'traffic', index], fault);
  });
  const expect = expectations(words, [...path, 'expect'], { rules, traffic }, complain);
  if ((words.samples === undefined) !== (words.expect.told === undefined)) {
    complain(path, `the check ${id} has one of samples and expect.told, which belong together`);
  }
  const played = samples.get(words.samples ?? '');
  if (words['all-definitions'] === true && (words.expect.restored ?? words.expect.monitored)) {
    const hint = 'take bulk, with a number';
    complain([...path, 'all-definitions'], 'how many rules that is, is not known here', hint);
  }
  if (expect.length === 0) complain([...path, 'expect'], `the check ${id} expects nothing`);
  const { backends, mtu, bulk, patterns, hostile } = words;
  return {
    id,
    title,
    sysctls: words.sysctls ?? {},
    rules,
    traffic,
    expect,
    ...(played === undefined ? {} : { samples: played }),
    ...(backends === undefined ? {} : { backends }),
    ...(words['user-namespace'] === undefined ? {} : { userNamespace: true }),
    ...(words['num-packets'] === undefined ? {} : { numPackets: words['num-packets'] }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(patterns === undefined ? {} : { patterns }),
    ...(words['all-definitions'] === undefined ? {} : { allDefinitions: true }),
    ...(bulk === undefined ? {} : { bulk }),
    ...(hostile === undefined ? {} : { hostile }),
  };
}

/** Why an exchange can't be among the others of its check. */
function* conflicts(exchange: Exchange, traffic: readonly Exchange[]): Generator<string> {
  if (exchange.kind === 'ping') return;
  const { name, port, after } = exchange;
  const first = traffic.find((other) => other.kind !== 'ping' && other.port === port);
  if (first?.name !== name) {
    yield `${name} needs port ${String(port)}, as ${String(first?.name)} does`;
  }
  const before = traffic.slice(0, traffic.indexOf(exchange)).map((other) => other.name);
  if (after !== undefined && !before.includes(after)) {
    yield `${name} comes after ${after}, which has to stand before it`;
  }
}

function toRule(name: string, text: string): Rule {
  const [, named, chain = '', rest = ''] = /^(?:-t (\S+) )?-A (\S+) ?(.*)$/.exec(text) ?? [];
  const table = TABLES.find((one) => one === named);
  return { name, chain, text: rest, ...(table === undefined ? {} : { table }) };
}

function expectations(
  { expect: words, hostile }: CheckWords,
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
    if (!rules.some(({ name, table = 'filter' }) => name === rule && table === 'filter')) {
      complain(
        [...path, 'counts', rule],
        `${rule} is not among the check's rules of the table filter`,
      );
    }
    expected.push({ kind: 'count', rule, packets });
  }
  for (const [name, value] of Object.entries(words.numbers ?? {})) {
    expected.push({ kind: 'number', name, value });
  }
  for (const [exchange, protocol] of Object.entries(words.verdicts ?? {})) {
    if (!traffic.some(({ name }) => name === exchange)) {
      complain([...path, 'verdicts', exchange], `${exchange} is not among the check's traffic`);
    }
    expected.push({ kind: 'verdict', exchange, protocol });
  }
  if (words.told !== undefined) expected.push({ kind: 'told' });
  if (words.monitored === true) expected.push({ kind: 'monitored' });
  if (words.definitions !== undefined) expected.push({ kind: 'definitions' });
  if (words.drained !== undefined) expected.push({ kind: 'drained', ...words.drained });
  if (words.contained !== undefined) {
    if (!hostile) complain([...path, 'contained'], 'the check has no hostile patterns to contain');
    expected.push({
      kind: 'contained',
      patternBytes: words.contained['pattern-bytes'],
      memoryBytes: words.contained['memory-bytes'],
      seconds: words.contained.seconds,
    });
  }
  if (words.restored === true) expected.push({ kind: 'restored' });
  if (words.reloaded !== undefined) expected.push({ kind: 'reloaded', module: words.reloaded });
  return expected;
}
