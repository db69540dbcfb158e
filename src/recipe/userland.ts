// SPDX-License-Identifier: GPL-2.0-only
import type { ToolchainRecipe, UserlandRecipe } from '../model/recipe.js';
import { realRoot, recipeVersions } from './directory.js';
import { requireLock, type Pinned } from './lock-file.js';
import { readRecipe } from './read.js';
import { refused } from './refuse.js';
import { userlandSchema } from './schema/userland.js';
import { loadToolchain, loadUnlocked, lockPath, toolchainNames } from './toolchain.js';

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
 * The recipes of what packages are pinned for, with their locks: toolchains, then userlands.
 *
 * @param name of one; without, all
 * @throws Failed as `loadUserland` and `loadToolchain`
 */
export async function loadLocked(
  projectRoot: string,
  name?: string,
): Promise<(ToolchainRecipe | UserlandRecipe)[]> {
  const userlands = await userlandNames(projectRoot);
  if (name !== undefined) {
    const load = userlands.includes(name) ? loadUserland : loadToolchain;
    return [await load(projectRoot, name)];
  }
  const toolchains = await toolchainNames(projectRoot);
  return Promise.all([
    ...toolchains.map((each) => loadToolchain(projectRoot, each)),
    ...userlands.map((each) => loadUserland(projectRoot, each)),
  ]);
}

async function userlandNames(projectRoot: string): Promise<string[]> {
  return recipeVersions(await realRoot(projectRoot), 'userland');
}

/**
 * What is to be pinned for a root of that name, be it a toolchain's or a userland's.
 *
 * @throws Failed as `loadUserland` and `loadUnlocked`
 */
export async function loadPinned(projectRoot: string, name: string): Promise<Pinned> {
  if ((await userlandNames(projectRoot)).includes(name)) return readUserland(projectRoot, name);
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
