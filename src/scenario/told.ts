// SPDX-License-Identifier: GPL-2.0-only
import type { CheckResult, ToldRow } from '../model/check.js';
import type { Check, Rule, Sample } from '../model/scenario.js';
import { compare } from '../recipe/refuse.js';
import { portOf, titleOf } from './peers.js';

/** What the guest said of samples. */
export interface Heard {
  /** Names of those that were played to their end. */
  readonly ended: ReadonlySet<string>;
  /** Lines of /proc/net/layer7_conntrack. */
  readonly verdicts: readonly string[];
}

/** What a sample was told as, and had to be. */
export interface Telling {
  readonly sample: Sample;
  readonly expected: string;
  /** A protocol, `unknown`, `unset`, or why there is none: `stalled`, `unlisted`. */
  readonly told: string;
}

/** What no definition may know is given up by the match. */
const NOBODYS = 'unknown';

/** Samples of a row that are named where it fails. */
const SHOWN = 5;

/** How each of a check's samples was told. */
export function tellings({ samples, rules }: Check, { ended, verdicts }: Heard): Telling[] {
  const order = namedBy(rules);
  const listed = verdictsByPort(verdicts);
  return (samples?.all ?? []).map((sample, index) => {
    const found = listed.get(`${sample.transport} ${String(portOf(index))}`);
    const told = ended.has(titleOf(sample)) ? (found ?? 'unlisted') : 'stalled';
    return { sample, expected: expectedOf(sample, order), told };
  });
}

/**
 * What a sample has to be told as: of the protocols that know it, none later than another, the one whose rule comes first.
 *
 * @param order protocols in the order of their rules; others come behind, by name
 */
export function expectedOf({ protocol, overlaps }: Sample, order: readonly string[]): string {
  const others = overlaps.filter(({ later }) => !later).map((overlap) => overlap.protocol);
  const known = [...(protocol === undefined ? [] : [protocol]), ...others];
  const place = (name: string): number => {
    const at = order.indexOf(name);
    return at < 0 ? order.length : at;
  };
  return known.toSorted((a, b) => place(a) - place(b) || compare(a, b))[0] ?? NOBODYS;
}

/** A result for each protocol that was spoken, in the order of their names; what is nobody's comes last. */
export function rowResults(
  { id }: Check,
  base: Pick<CheckResult, 'variant' | 'ms'>,
  all: readonly Telling[],
): CheckResult[] {
  return protocolsOf(all).map((spoken) => {
    const own = all.filter(({ sample }) => spokenIn(sample) === spoken);
    const wrong = own.filter(({ expected, told }) => told !== expected);
    return {
      ...base,
      id: `${id}-${spoken}`,
      title: titleOfRow(spoken, own),
      outcome: wrong.length === 0 ? 'passed' : 'failed',
      expected: amounts(own.map(({ expected }) => expected)),
      observed: [
        amounts(own.map(({ told }) => told)),
        ...wrong.slice(0, SHOWN).map(({ sample, told }) => `${titleOf(sample)} is ${told}`),
      ].join('; '),
      told: { matrix: id, spoken, as: cells(own) },
    };
  });
}

function titleOfRow(spoken: string, own: readonly Telling[]): string {
  if (spoken === NOBODYS) return 'What no definition may know is given up as unknown';
  const expected = new Set(own.map((one) => one.expected));
  return `What speaks ${spoken} is told as ${[...expected].toSorted(compare).join(', ')}`;
}

function cells(own: readonly Telling[]): ToldRow['as'] {
  const counts = counted(own.map(({ told }) => told));
  return [...counts].map(([protocol, count]) => ({ protocol, count }));
}

function spokenIn({ protocol }: Sample): string {
  return protocol ?? NOBODYS;
}

function protocolsOf(all: readonly Telling[]): string[] {
  const names = new Set(all.map(({ sample }) => spokenIn(sample)));
  return [...names].toSorted(
    (a, b) => Number(a === NOBODYS) - Number(b === NOBODYS) || compare(a, b),
  );
}

/** So many of each, by name. */
function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names.toSorted(compare)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function amounts(names: readonly string[]): string {
  return [...counted(names)].map(([name, count]) => `${String(count)} as ${name}`).join(', ');
}

/** Protocols that rules name, each at its first rule. */
function namedBy(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ text }) => /(?<!! )--l7proto (\S+)/.exec(text)?.[1] ?? []);
}

/** By `tcp 10001`: a sample's port is the one end or the other, by who spoke first. */
function verdictsByPort(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines) {
    const [, transport = '', from = '', to = '', told = ''] =
      / (tcp|udp) .*sport=(\d+) dport=(\d+) .*l7proto=(\S+)/.exec(line) ?? [];
    for (const port of [from, to]) found.set(`${transport} ${port}`, told);
  }
  return found;
}
