// SPDX-License-Identifier: GPL-2.0-only

/** Suggestions made at most. */
const MOST = 3;
/** Least likeness of a suggestion; 1 is the same. */
const LEAST = 0.6;

/**
 * Symbols whose names read like an unknown one, the likest first. Names are compared by their pairs of
 * letters (Dice's coefficient), since what differs is mostly a word that was moved, renamed or left out.
 */
export function similarSymbols(name: string, known: readonly string[]): string[] {
  const wanted = pairs(name);
  return known
    .map((other) => ({ other, likeness: likeness(wanted, pairs(other)) }))
    .filter(({ likeness: value }) => value >= LEAST)
    .sort((a, b) => b.likeness - a.likeness || (a.other < b.other ? -1 : 1))
    .slice(0, MOST)
    .map(({ other }) => other);
}

function pairs(name: string): Set<string> {
  return new Set(Array.from({ length: name.length - 1 }, (_, at) => name.slice(at, at + 2)));
}

function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((pair) => b.has(pair)).length;
  return (2 * shared) / Math.max(1, a.size + b.size);
}
