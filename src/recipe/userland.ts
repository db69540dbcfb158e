// SPDX-License-Identifier: GPL-2.0-only
import type { UserlandRecipe } from '../model/recipe.js';
import { realRoot, recipeVersions } from './directory.js';
import { requireLock, type Pinned } from './lock-file.js';
import { readRecipe } from './read.js';
import { refused } from './refuse.js';
import { userlandSchema } from './schema/userland.js';
import { loadUnlocked, lockPath } from './toolchain.js';

/**
 * The recipe of a userland, checked, with its lock.
 *
 * @param projectRoot the project's folder
 * @throws Failed `unknown-recipe` with suggestions, `recipe-invalid` with all faults and their places
 */
export async function loadUserland(projectRoot: string, name: string): Promise<UserlandRecipe> {
  const { file, summary, answers, ...pinned } = await readUserland(projectRoot, name);
  const { suite, packages } = pinned;
  const lock = await requireLock(projectRoot, pinned);
  return { kind: 'userland', name, summary, file, suite, answers, packages, lock };
}

/**
 * What is to be pinned for a root of that name, be it a toolchain's or a userland's.
 *
 * @throws Failed as `loadUserland` and `loadUnlocked`
 */
export async function loadPinned(projectRoot: string, name: string): Promise<Pinned> {
  const userlands = await recipeVersions(await realRoot(projectRoot), 'userland');
  if (userlands.includes(name)) return readUserland(projectRoot, name);
  const { suite, packages } = await loadUnlocked(projectRoot, name);
  const next = `l7build containers build ${name}`;
  return { name, suite, packages, lockPath: lockPath(name), next };
}

async function readUserland(
  projectRoot: string,
  name: string,
): Promise<Pinned & Pick<UserlandRecipe, 'file' | 'summary' | 'answers'>> {
  const root = await realRoot(projectRoot);
  const { words, file, references } = await readRecipe(root, 'userland', name, userlandSchema);
  if (references.faults.length > 0) throw refused(references.faults);
  const next = 'l7build lab up --topology services';
  return { ...words, file, lockPath: `recipes/userlands/${name}.lock`, next };
}
