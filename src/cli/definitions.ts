// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { Failed } from '../model/failure.js';
import type { ProjectFile } from '../model/recipe.js';
import { installLayout } from '../protocols/install.js';
import { loadSet } from '../protocols/set.js';

/** Where each definition set lies in the project. */
const SETS: Readonly<Record<string, string>> = { l7build: 'recipes/protocols' };

/**
 * The folder of a definition set, below the project's root.
 *
 * @throws Failed `usage` for an unknown set, naming those that there are
 */
export function setFolder(name: string): string {
  const folder = Object.hasOwn(SETS, name) ? SETS[name] : undefined;
  if (folder !== undefined) return folder;
  throw new Failed({
    reason: 'usage',
    message: `there is no definition set ${name}`,
    hints: [`the sets are: ${Object.keys(SETS).join(', ')}`],
  });
}

/**
 * The definition files of some sets, each protocol once: of two with a name the earlier set's.
 *
 * @throws Failed `usage`, `definition-invalid`
 */
export async function definitionFiles(
  project: string,
  sets: readonly string[],
): Promise<readonly ProjectFile[]> {
  const folders = sets.map(setFolder);
  const loaded = await Promise.all(folders.map((folder) => loadSet(join(project, folder), folder)));
  return installLayout(loaded).files.map(({ from }) => from);
}
