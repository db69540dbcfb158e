// SPDX-License-Identifier: GPL-2.0-only

/** A rule's packets, as `iptables-save -c` tells them. */
export interface Counter {
  readonly chain: string;
  readonly packets: number;
}

/** The counters of `[packets:bytes] -A CHAIN …` lines, in their order. */
export function countersOf(lines: readonly string[]): Counter[] {
  return lines.flatMap((line) => {
    const [, packets, chain] = /^\[(\d+):\d+\] -A (\S+)/.exec(line) ?? [];
    return packets === undefined || chain === undefined
      ? []
      : [{ chain, packets: Number(packets) }];
  });
}

/** What has to survive a save and restore: all but comments (they have the time) and counters. */
export function rulesOf(lines: readonly string[]): string[] {
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => (line.startsWith(':') ? line.replace(/ \[\d+:\d+\]$/, '') : line));
}
