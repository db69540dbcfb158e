// SPDX-License-Identifier: GPL-2.0-only
import { compare } from './refuse.js';

/**
 * A version that is safe as a file's name and as a program's argument: it starts with a digit, so
 * it is no option, and `/` and `..` cannot occur in it.
 */
export const VERSION = /^[0-9][0-9A-Za-z+~_-]*(?:\.[0-9A-Za-z+~_-]+)*$/;

/** Order of versions: numbers within them by their value, so 6.2 comes before 6.12. */
export function compareVersions(a: string, b: string): number {
  const right = parts(b);
  for (const [index, part] of parts(a).entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = Number(part) - Number(other);
    if (order < 0 || order > 0) return order;
    if (Number.isNaN(order) && part !== other) return compare(part, other);
  }
  return parts(a).length - right.length;
}

function parts(version: string): string[] {
  return version.match(/[0-9]+|[^0-9.]+/g) ?? [];
}
