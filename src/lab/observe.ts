// SPDX-License-Identifier: GPL-2.0-only
import type { Observation } from '../model/exercise.js';

/** Characters of a line that are looked at. */
const LONGEST = 1000;

/**
 * The number that an observation is of. Words of its line stand for themselves and may come anywhere in
 * a line of the output, blanks for blanks, `<any>` for any one word, `<n>` for the number. Without
 * `<n>` it is how many lines have these words. No more than that, so that no pattern can take long.
 *
 * @returns undefined where no line has the words
 */
export function numberIn(output: string, { line }: Pick<Observation, 'line'>): number | undefined {
  const pattern = new RegExp(
    line
      .trim()
      .split(/(<n>|<any>| +)/)
      .map(partOf)
      .join(''),
  );
  const found = output.split('\n').flatMap((one) => {
    const match = pattern.exec(one.slice(0, LONGEST));
    return match === null ? [] : [match];
  });
  return line.includes('<n>') ? numberOf(found[0]?.[1]) : found.length;
}

function partOf(part: string): string {
  if (part === '<n>') return '(?<!\\d)(\\d+)(?!\\d)';
  if (part === '<any>') return '\\S+';
  if (part.trim() === '' && part !== '') return ' +';
  return part.replace(/[^\w]/g, '\\$&');
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

/** An observation as people read it: what it has to be. */
export function wanted({ what, least, most }: Observation): string {
  if (most === undefined) return `${what}: at least ${String(least)}`;
  return `${what}: ${least === most ? String(least) : `${String(least)} to ${String(most)}`}`;
}

/** True if the number is one that may be. */
export function isMet({ least, most }: Observation, found: number | undefined): boolean {
  return found !== undefined && found >= least && (most === undefined || found <= most);
}
