// SPDX-License-Identifier: GPL-2.0-only
import type { CheckResult } from '../model/check.js';
import { faultOf, type RunResult } from '../model/run-result.js';
import { sectionsOf } from './sections.js';

/** The script of a soak; it stands on the functions of guest/soak. */
export function soakScript(seconds: number): string {
  return [
    `[ "$1" ] || exec unshare -n sh "$0" inside`,
    '. /lib/soak',
    `soak ${String(seconds)}`,
    '',
  ].join('\n');
}

/** Prints how far a soak is. */
export const SOAKED_SO_FAR = 'cat /run/soaked 2>/dev/null';

/** Milliseconds that a soak may take beyond its time: patterns expire, and kmemleak looks around. */
export const SOAK_END_MS = 300_000;

interface Claim {
  readonly id: string;
  readonly title: string;
  /** What has to be seen of it, by the names that guest/soak prints; `all` is of the seconds that were asked for. */
  readonly expect: Readonly<Record<string, 'all' | 'some' | 0>>;
  /** What the kernel has to have for it, by the name that guest/soak prints at the start. */
  readonly where?: string;
}

const CLAIMS: readonly Claim[] = [
  {
    id: 'worked',
    title: 'Connections were decided and given up while rules, namespaces and the module changed',
    expect: {
      lasted: 'all',
      connections: 'some',
      pings: 'some',
      rules: 'some',
      namespaces: 'some',
      reloads: 'some',
      matched: 'some',
      unknown: 'some',
    },
  },
  {
    id: 'nothing-left',
    title: 'In the end no connection and no pattern is remembered, and the module unloads',
    expect: { left_connections: 0, left_patterns: 0, left_undecided: 0, unloaded: 'some' },
  },
  {
    id: 'survived',
    title: 'Allocations failed all the while',
    expect: { faults: 'some' },
    where: 'failslab',
  },
  {
    id: 'no-leak',
    title: 'kmemleak finds no memory that nothing points to',
    expect: { leaks: 0 },
    where: 'kmemleak',
  },
];

/**
 * What a soak came to, a result for each claim.
 *
 * @param seconds that it was to last
 * @param ms how long it took
 */
export function judgeSoak(observed: RunResult, seconds: number, ms: number): CheckResult[] {
  const sections = sectionsOf(observed.stdout);
  const numbers = new Map(
    (sections.get('soaked') ?? []).map((line) => {
      const [name = '', value = ''] = line.split(' ');
      return [name, Number(value)] as const;
    }),
  );
  const fault = faultOf(observed);
  const trouble = [
    ...(fault === undefined ? [] : [`the soak ${fault}`]),
    ...(sections.get('leaks') ?? []),
  ];
  const least = { all: seconds, some: 1 };
  const applies = ({ where }: Claim): boolean => where === undefined || numbers.has(where);
  return CLAIMS.filter(applies).map(({ id, title, expect }) => {
    const wanted = Object.entries(expect);
    const met = wanted.every(([name, amount]) => {
      const found = numbers.get(name);
      return amount === 0 ? found === 0 : (found ?? 0) >= least[amount];
    });
    const seen = wanted.map(([name]) => `${name} ${String(numbers.get(name) ?? 'not told')}`);
    return {
      id,
      title,
      variant: 'soak',
      ms,
      outcome: met ? 'passed' : 'failed',
      expected: wanted.map(([name, amount]) => `${name} ${String(amount)}`).join(', '),
      observed: [seen.join(', '), ...(met ? [] : trouble)].join(' / '),
    };
  });
}
