// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed } from '../model/failure.js';

/** True if a kernel of that release is one of that version: 6.1.0-41-amd64 is of 6.1, and 6.12.1 is not. */
export function isOf(release: string, version: string): boolean {
  return (
    release === version || [`${version}.`, `${version}-`].some((start) => release.startsWith(start))
  );
}

/**
 * Makes sure that a tree is a kernel's, and of that version: a user's own can be any.
 *
 * @param version a recipe's; `2.6.32.0` is 2.6.32 itself
 * @throws Failed `usage` for a tree that is no kernel's, `not-applicable` for another version's
 */
export async function checkKernelTree(tree: string, version: string): Promise<void> {
  const makefile = await readFile(join(tree, 'Makefile'), 'utf8').catch(() => '');
  const value = (name: string): string | undefined =>
    new RegExp(`^${name} *= *(\\S*) *$`, 'm').exec(makefile)?.[1];
  const [first, second, third, extra] = [
    value('VERSION'),
    value('PATCHLEVEL'),
    value('SUBLEVEL'),
    value('EXTRAVERSION'),
  ];
  const hints = [`give the source tree of linux ${version}: --source linux=PATH`];
  if (first === undefined || second === undefined) {
    const message =
      'the tree given for linux is no kernel: its Makefile says no VERSION and PATCHLEVEL';
    throw new Failed({ reason: 'usage', message, hints });
  }
  const found = [first, second, ...(third === undefined ? [] : [third])].join('.') + (extra ?? '');
  if (isOf(found, version.replace(/^(2\.6\.\d+)\.0$/, '$1'))) return;
  throw new Failed({
    reason: 'not-applicable',
    message: `the tree given for linux is of ${found}, and the recipe is for Linux ${version}`,
    hints: [...hints, 'or take the recipe of that kernel (l7build list)'],
  });
}
