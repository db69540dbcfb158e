// SPDX-License-Identifier: GPL-2.0-only
import type { BusyboxRecipe } from '../model/recipe.js';
import { realRoot, recipeVersions } from './directory.js';
import { readRecipe } from './read.js';
import { refused, wholeFile } from './refuse.js';
import { busyboxSchema } from './schema/busybox.js';
import { toSourceSpec } from './schema/source.js';

/**
 * The recipe of a busybox, checked, with the digest of every file that it refers to.
 *
 * @param projectRoot the project's folder
 * @throws Failed `unknown-recipe` with suggestions, `recipe-invalid` with all faults and their places
 */
export async function loadBusyboxRecipe(
  projectRoot: string,
  version: string,
): Promise<BusyboxRecipe> {
  const root = await realRoot(projectRoot);
  const { words, file, references } = await readRecipe(root, 'busybox', version, busyboxSchema);
  const config = await references.config(words.config);
  if (references.faults.length > 0) throw refused(references.faults);
  return {
    kind: 'busybox',
    version,
    summary: words.summary,
    file,
    busybox: toSourceSpec(words),
    config,
  };
}

/**
 * The busybox for guests that bring their own: the newest of the project's.
 *
 * @throws Failed as `loadBusyboxRecipe`, and `recipe-invalid` if the project has none
 */
export async function loadGuestBusybox(projectRoot: string): Promise<BusyboxRecipe> {
  const newest = (await recipeVersions(await realRoot(projectRoot), 'busybox')).at(-1);
  if (newest !== undefined) return loadBusyboxRecipe(projectRoot, newest);
  const hint = 'add recipes/busybox/<version>.yaml: docs/extending.md';
  throw refused([wholeFile('recipes/busybox', 'there is no recipe of a busybox', hint)]);
}
