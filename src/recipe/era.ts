// SPDX-License-Identifier: GPL-2.0-only
import type { Era } from '../model/recipe.js';
import { readRecipe } from './read.js';
import { refused } from './refuse.js';
import { eraSchema } from './schema/era.js';

/**
 * What a generation of kernels does its own way.
 *
 * @param root the project's folder without symbolic links
 * @throws Failed `unknown-recipe`, `recipe-invalid` with all faults and their places
 */
export async function loadEra(root: string, name: string): Promise<Era> {
  const { words, references } = await readRecipe(root, 'era', name, eraSchema);
  if (references.faults.length > 0) throw refused(references.faults);
  const { panic, userland, card, compiler } = words;
  return {
    ...{ name, panicNow: panic, userland },
    ...(card === undefined ? {} : { card }),
    ...(compiler === undefined ? {} : { compiler }),
  };
}
