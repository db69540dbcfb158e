// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { BusyboxRecipe, IptablesRecipe, LinuxRecipe } from '../model/recipe.js';
import { loadBusyboxRecipe } from './busybox.js';
import { realRoot, recipeVersions, type RecipeKind } from './directory.js';
import { loadIptablesRecipe } from './iptables.js';
import { loadLinuxRecipe } from './linux.js';
import { refused } from './refuse.js';

/**
 * All recipes of the project: kernels, then iptables, then busybox, oldest version first.
 *
 * @throws Failed `recipe-invalid` with the faults of all recipes
 */
export async function listRecipes(
  projectRoot: string,
): Promise<readonly (LinuxRecipe | IptablesRecipe | BusyboxRecipe)[]> {
  const root = await realRoot(projectRoot);
  const faults: Diagnostic[] = [];
  const recipes = [
    ...(await loadAll(root, 'linux', loadReleases, faults)).flat(),
    ...(await loadAll(root, 'iptables', loadIptablesRecipe, faults)),
    ...(await loadAll(root, 'busybox', loadBusyboxRecipe, faults)),
  ];
  if (faults.length > 0) throw refused(faults);
  return recipes;
}

/** A kernel's recipe with those of the releases that its file tells of. */
async function loadReleases(root: string, version: string): Promise<LinuxRecipe[]> {
  const recipe = await loadLinuxRecipe(root, version);
  return [
    recipe,
    ...(await Promise.all(recipe.releases.map((release) => loadLinuxRecipe(root, release)))),
  ];
}

async function loadAll<R>(
  root: string,
  kind: RecipeKind,
  load: (root: string, version: string) => Promise<R>,
  faults: Diagnostic[],
): Promise<R[]> {
  const recipes: R[] = [];
  for (const version of await recipeVersions(root, kind)) {
    try {
      recipes.push(await load(root, version));
    } catch (error) {
      if (!(error instanceof Failed) || error.failure.diagnostics === undefined) throw error;
      faults.push(...error.failure.diagnostics);
    }
  }
  return recipes;
}
