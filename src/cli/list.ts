// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { aligned } from '../host/columns.js';
import { EXIT } from '../model/failure.js';
import type { BusyboxRecipe, IptablesRecipe, LinuxRecipe } from '../model/recipe.js';
import { listRecipes } from '../recipe/index.js';
import { PROJECT } from './paths.js';
import { writeLine } from './screen.js';
import type { Shell } from './shell.js';

/** `l7build list` */
export function addList(program: Command, shell: Shell): void {
  program
    .command('list')
    .description('the recipes that there are')
    .option('--json', 'as JSON', false)
    .action(async (options: { readonly json: boolean }) => {
      const recipes = await listRecipes(PROJECT);
      if (options.json) writeLine(JSON.stringify(recipes, null, 2));
      else {
        const rows = recipes.map((recipe) => [recipe.kind, recipe.version, described(recipe)]);
        for (const line of aligned(rows)) writeLine(line);
      }
      shell.end(EXIT.verified);
    });
}

/** What a recipe is for, and in which mode nobody has seen that in a guest. */
export function described({
  summary,
  ...recipe
}: LinuxRecipe | IptablesRecipe | BusyboxRecipe): string {
  const why = 'unverified' in recipe ? recipe.unverified : undefined;
  const module = 'module' in recipe ? recipe.module.unverified : undefined;
  const notes = [
    ...(why === undefined ? [] : [`not verified: ${why}`]),
    ...(module === undefined ? [] : [`not verified as a module: ${module}`]),
  ];
  return notes.length === 0 ? summary : `${summary} (${notes.join('; ')})`;
}
