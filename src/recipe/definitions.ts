// SPDX-License-Identifier: GPL-2.0-only
import type { DefinitionsRecipe } from '../model/recipe.js';
import { realRoot, recipeVersions } from './directory.js';
import { readRecipe } from './read.js';
import { refused } from './refuse.js';
import { definitionsSchema } from './schema/definitions.js';
import { toSourceSpec } from './schema/source.js';

/** Names of the sets that others publish, in order. */
export async function definitionsNames(projectRoot: string): Promise<string[]> {
  return recipeVersions(await realRoot(projectRoot), 'definitions');
}

/**
 * The recipe of a set of definitions that others publish.
 *
 * @param projectRoot the project's folder
 * @param name as the user typed it; need not be well-formed
 * @throws Failed `unknown-recipe` with suggestions, `recipe-invalid` with all faults and their places
 */
export async function loadDefinitions(
  projectRoot: string,
  name: string,
): Promise<DefinitionsRecipe> {
  const root = await realRoot(projectRoot);
  const { words, file, references } = await readRecipe(
    root,
    'definitions',
    name,
    definitionsSchema,
  );
  if (references.faults.length > 0) throw refused(references.faults);
  return {
    kind: 'definitions',
    name,
    summary: words.summary,
    file,
    protocols: toSourceSpec(words),
  };
}
