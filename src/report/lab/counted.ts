// SPDX-License-Identifier: GPL-2.0-only
import type { Count, CountedChain, CountedRule, Counters } from '../../model/lab-report.js';

/** What went through a chain of a table in the course of a trial. */
export interface Passed {
  readonly table: string;
  readonly chain: string;
  /** Packets that came to the chain's end. */
  readonly ended: number;
  readonly policy: string;
  /** How many rules it had at any time. */
  readonly rules: number;
  /** Packets on them; one that passes several rules counts on each. */
  readonly onRules: number;
  /** Of all these, those that a rule or the policy has stopped for sure. */
  readonly stopped: number;
}

/** Verdicts after which a packet is gone. */
const STOPPED = /(?:^| )-j (?:DROP|REJECT)\b/;

/**
 * What the counters of one host come to, from the first look to the last: also on rules that were removed in between.
 *
 * @param counters of one host, in order of time
 */
export function passed(counters: readonly Counters[]): Passed[] {
  const sums = new Map<string, Passed & { readonly texts: ReadonlySet<string> }>();
  let before: Counters | undefined;
  for (const now of counters) {
    for (const chain of now.chains) {
      const name = `${chain.table} ${chain.chain}`;
      const old = before?.chains.find((one) => `${one.table} ${one.chain}` === name);
      const sum = sums.get(name);
      // The first look is what the others are compared with.
      const moved = before === undefined ? [] : movedOn(chain, old);
      const ended = before === undefined ? 0 : since(chain, old);
      const all = (rules: readonly CountedRule[]): number =>
        rules.reduce((total, { packets }) => total + packets, 0);
      const texts = new Set([...(sum?.texts ?? []), ...chain.rules.map(({ rule }) => rule)]);
      sums.set(name, {
        ...{ table: chain.table, chain: chain.chain, policy: chain.policy ?? '', texts },
        rules: texts.size,
        ended: (sum?.ended ?? 0) + ended,
        onRules: (sum?.onRules ?? 0) + all(moved),
        stopped:
          (sum?.stopped ?? 0) +
          all(moved.filter(({ rule }) => STOPPED.test(rule))) +
          (chain.policy === 'DROP' ? ended : 0),
      });
    }
    before = now;
  }
  return [...sums.values()].map(({ texts: _, ...one }) => one);
}

/** The rules with what each has counted since; of rules with the same words the first is that of before. */
function movedOn(chain: CountedChain, old: CountedChain | undefined): CountedRule[] {
  const left = [...(old?.rules ?? [])];
  return chain.rules.map((rule) => {
    const at = left.findIndex((one) => one.rule === rule.rule);
    const [known] = at === -1 ? [] : left.splice(at, 1);
    return { ...rule, packets: since(rule, known) };
  });
}

/** A counter that is lower than it was has begun again. */
function since(now: Count, old: Count | undefined): number {
  return old === undefined || now.packets < old.packets ? now.packets : now.packets - old.packets;
}
