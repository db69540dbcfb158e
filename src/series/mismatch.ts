// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import type { Hunk } from './file-patch.js';

/** Differing lines that are shown of one hunk. */
const SHOWN = 6;

/**
 * Words for a hunk that found no place: the lines it expects beside those that the file has where it
 * comes closest to fitting.
 *
 * @param path the file's path in the tree
 * @param name which hunk, such as `hunk 2 of 5`
 * @param file the content that it was tried on
 */
export async function mismatch(
  path: string,
  name: string,
  hunk: Hunk,
  file: string,
  reverse: boolean,
): Promise<string[]> {
  const expected = hunk.body
    .filter((line) => line.startsWith(' ') || line.startsWith(reverse ? '+' : '-'))
    .map((line) => line.slice(1));
  const found = (await readFile(file, 'latin1')).split('\n');
  if (found.at(-1) === '') found.pop();
  const wanted = reverse ? hunk.newStart : hunk.oldStart;
  const head = `${path}: ${name} (line ${String(hunk.line)} of the patch) does not fit`;
  const { start, equal } = closest(expected, found, Math.max(0, wanted - 1));
  if (equal * 2 < expected.length) {
    return [
      `${head}: nothing like it is in the file, which has ${String(found.length)} lines`,
      ...quote(expected),
    ];
  }
  return [`${head} at line ${String(start + 1)}:`, ...beside(expected, found, start)];
}

/** Where in the file the most lines are as expected; of equal places the one nearest to `wanted`. */
function closest(
  expected: readonly string[],
  found: readonly string[],
  wanted: number,
): { start: number; equal: number } {
  let best = { start: wanted, equal: -1 };
  for (let start = 0; start < found.length; start += 1) {
    const equal = expected.filter((line, index) => found[start + index] === line).length;
    const nearer = Math.abs(start - wanted) < Math.abs(best.start - wanted);
    if (equal > best.equal || (equal === best.equal && nearer)) best = { start, equal };
  }
  return best;
}

function beside(expected: readonly string[], found: readonly string[], start: number): string[] {
  const lines: string[] = [];
  const different = [...expected.keys()].filter(
    (index) => expected[index] !== found[start + index],
  );
  for (const index of different.slice(0, SHOWN)) {
    const number = start + index + 1;
    lines.push(
      `  line ${String(number)}: the patch expects ${shown(expected[index])}`,
      `  ${' '.repeat(`line ${String(number)}`.length)}  the tree has     ${shown(found[start + index])}`,
    );
  }
  if (different.length > SHOWN)
    lines.push(`  … and ${String(different.length - SHOWN)} more lines`);
  // Counts and contexts can agree line by line where the end of the file does not.
  if (different.length === 0)
    lines.push('  the lines are there, but the end of the file is not where the patch has it');
  return lines;
}

function quote(expected: readonly string[]): string[] {
  const lines = expected.filter((line) => line.trim() !== '').slice(0, SHOWN);
  return lines.map((line) => `  the patch expects ${shown(line)}`);
}

/** A line of unknown bytes, made fit for a terminal. */
function shown(line: string | undefined): string {
  return line === undefined
    ? '(end of file)'
    : JSON.stringify(Buffer.from(line, 'latin1').toString('utf8'));
}
