// SPDX-License-Identifier: GPL-2.0-only
import { compareVersions } from './version.js';

/** Levenshtein distance of two short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Longest word that is compared. */
const LONGEST = 64;

/** The known word that a mistyped one most likely stands for, if one is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const typed = word.slice(0, LONGEST).toLowerCase();
  const [best] = known
    .map((name) => ({ name, far: distance(typed, name.toLowerCase()) }))
    .toSorted((a, b) => a.far - b.far);
  return best !== undefined && best.far <= Math.max(1, typed.length / 3) ? best.name : undefined;
}

/**
 * Known versions to suggest for an unknown one: the one that reads most alike (a slip of the
 * finger), then its neighbours in the order of versions (a version that has no recipe yet).
 */
export function nearestVersions(version: string, known: readonly string[]): string[] {
  const alike = nearest(version, known);
  if (!/^[0-9]/.test(version)) return alike === undefined ? [] : [alike];
  const sorted = known.toSorted(compareVersions);
  const below = sorted.findLast((other) => compareVersions(other, version) < 0);
  const above = sorted.find((other) => compareVersions(other, version) > 0);
  return [...new Set([alike, below, above].filter((other) => other !== undefined))];
}
