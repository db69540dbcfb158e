// SPDX-License-Identifier: GPL-2.0-only
import type { CountedChain, CountedRule } from '../model/lab-report.js';

/** Lines of a host's rules that are read, and characters of each. */
const MOST_LINES = 2000;
const LONGEST = 500;

/**
 * What `iptables-save -c` prints, as data: the chains of each table in their order, with the packets and bytes that
 * came to a chain's end, and those of its rules. Lines that are none of iptables-save(8)'s are skipped.
 */
export function savedCounters(text: string): CountedChain[] {
  const chains: (CountedChain & { readonly rules: CountedRule[] })[] = [];
  let table = '';
  for (const line of text.split('\n', MOST_LINES)) {
    const short = line.slice(0, LONGEST);
    table = /^\*(\w+)$/.exec(short)?.[1] ?? table;
    const chain = /^:(\S+) (\S+) \[(\d+):(\d+)\]$/.exec(short);
    if (chain !== null) {
      const [, name = '', policy = '', packets, bytes] = chain;
      chains.push({
        ...{ table, chain: name, ...(policy === '-' ? {} : { policy }) },
        ...{ packets: Number(packets), bytes: Number(bytes), rules: [] },
      });
    }
    const rule = /^\[(\d+):(\d+)\] -A (\S+)(?: (.+))?$/.exec(short);
    if (rule !== null) {
      const [, packets, bytes, name, words = ''] = rule;
      const home = chains.find((one) => one.table === table && one.chain === name);
      home?.rules.push({ rule: words, packets: Number(packets), bytes: Number(bytes) });
    }
  }
  return chains;
}
