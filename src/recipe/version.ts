// SPDX-License-Identifier: GPL-2.0-only
import { compare } from './refuse.js';

/**
 * A version that is safe as a file's name and as a program's argument: it starts with a digit, so
 * it is no option, and `/` and `..` cannot occur in it.
 */
export const VERSION = /^[0-9][0-9A-Za-z+~_-]*(?:\.[0-9A-Za-z+~_-]+)*$/;

/**
 * Order of versions: numbers within them by their value, so 6.2 comes before 6.12; a candidate
 * (6.1-rc1, 6.1~rc1) before what it is a candidate of.
 */
export function compareVersions(a: string, b: string): number {
  const left = parts(a);
  const right = parts(b);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = comparePart(left[index] ?? '', right[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** `''` stands for a version's end. */
function comparePart(a: string, b: string): number {
  const standing = standingOf(a) - standingOf(b);
  if (standing !== 0) return standing;
  const order = Number(a) - Number(b);
  return Number.isNaN(order) ? compare(a, b) : order;
}

/** What makes a candidate comes before the end, and all else after it, whatever the other version has there. */
function standingOf(part: string): number {
  if (part === '') return 1;
  return /^(?:~|-rc)/.test(part) ? 0 : 2;
}

function parts(version: string): string[] {
  return version.match(/[0-9]+|[^0-9.]+/g) ?? [];
}
