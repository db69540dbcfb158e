// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import type { CountedChain, CountedRule, Counters } from '../../../../src/model/lab-report.js';
import { answersIn } from '../../../../src/report/lab/answers.js';
import { passed } from '../../../../src/report/lab/counted.js';
import { countersTable } from '../../../../src/report/lab/counters-table.js';
import { Markup } from '../../../../src/report/lab/html.js';

const rule = (words: string, packets: number): CountedRule => ({ rule: words, packets, bytes: 1 });
const look = (
  packets: number,
  rules: CountedRule[],
  more: Partial<CountedChain> = {},
): Counters => ({
  host: 'a',
  chains: [
    { table: 'filter', chain: 'INPUT', policy: 'ACCEPT', packets, bytes: 0, rules, ...more },
  ],
});

it('adds up what moved between looks, also on rules that are gone by the last', () => {
  const looks = [
    look(5, []),
    look(8, [rule('-j ACCEPT', 2), rule('-p icmp -j DROP', 10)]),
    // Emptied meanwhile, and the second rule was made again.
    look(9, [rule('-p icmp -j DROP', 4)]),
  ];
  expect(passed(looks)).toEqual([
    {
      ...{ table: 'filter', chain: 'INPUT', policy: 'ACCEPT' },
      ...{ ended: 4, rules: 2, onRules: 16, stopped: 14 },
    },
  ]);
});

it('tells rules with the same words apart, and counts what a policy stops', () => {
  const looks = [
    look(0, [rule('-j LOG', 1), rule('-j LOG', 5)]),
    look(3, [rule('-j LOG', 2), rule('-j LOG', 5)], { policy: 'DROP' }),
  ];
  expect(passed(looks)[0]).toMatchObject({ ended: 3, onRules: 1, stopped: 3 });
});

it('shows each rule at each look, then the policy; chains without rules are left out', () => {
  const looks = [
    look(5, []),
    { ...look(8, [rule('-j A', 2), rule('-j A', 7)]), after: 2 },
    { ...look(9, [rule('-j B', 4)]), after: 4 },
  ];
  const table = countersTable('a', looks);
  const text = table instanceof Markup ? table.text.replace(/\s*<[^>]*>\s*/g, ' ') : table;
  expect(text.replace(/\s+/g, ' ')).toContain(
    'Rules of a before after 3 after 5 ' +
      'filter INPUT -j A 2 1 filter INPUT -j A 7 1 filter INPUT -j B 4 1 ' +
      'filter INPUT policy ACCEPT 5 0 8 0 9 0',
  );
  expect(countersTable('a', [look(1, []), look(2, [])])).toBe('');
});

it('reads answers of ping, where there are enough to see a rate', () => {
  const output = 'x: seq=0 ttl=64\nx: icmp_seq=7 ttl=64\nx: seq=99 ttl=64\n';
  expect(answersIn(`${output}40 packets transmitted, 2 received`)).toEqual({
    ...{ sent: 40, answered: [0, 7] },
  });
  expect(answersIn(`${output}3 packets transmitted, 3 received`)).toBeUndefined();
  expect(answersIn(output)).toBeUndefined();
  expect(answersIn('40 packets transmitted, 0 received')).toBeUndefined();
});
