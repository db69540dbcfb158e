// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import type { LimitName } from './limits.js';

/** A control group's files that count what ran into its limits, and the word of the line in them. */
export interface Counters {
  readonly memory: readonly [file: string, word: string];
  readonly processes: readonly [file: string, word: string];
}

/** The limit that a control group's members came up against, by its counters; processes first. */
export async function reachedBy(counters: Counters): Promise<LimitName | undefined> {
  for (const name of ['processes', 'memory'] as const) {
    const [file, word] = counters[name];
    if ((await count(file, word)) > 0) return name;
  }
  return undefined;
}

/** The number behind a word in a file of lines such as `oom_kill 1`; 0 where there is none. */
async function count(file: string, word: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const line = text.split('\n').find((found) => found.startsWith(`${word} `));
  return Number(line?.slice(word.length + 1) ?? 0);
}
