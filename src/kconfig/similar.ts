// SPDX-License-Identifier: GPL-2.0-only

/** Suggestions made at most. */
const MOST = 3;
/** Least likeness of a suggestion; 1 is the same. */
const LEAST = 0.6;
/** How much less like than the best one a suggestion may be. */
const BESIDE_BEST = 0.1;

/**
 * Symbols whose names read like an unknown one, the likest first. Names are compared by their pairs of
 * letters (Dice's coefficient), since what differs is mostly a word that was moved, renamed or left out.
 */
export function similarSymbols(name: string, known: readonly string[]): string[] {
  const wanted = pairs(name);
  const ranked = known
    .map((other) => ({ other, value: likeness(wanted, pairs(other)) }))
    .sort((a, b) => b.value - a.value || (a.other < b.other ? -1 : 1));
  const least = Math.max(LEAST, (ranked[0]?.value ?? 0) - BESIDE_BEST);
  return ranked
    .filter(({ value }) => value >= least)
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
