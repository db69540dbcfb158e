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

function described({ summary, ...recipe }: LinuxRecipe | IptablesRecipe | BusyboxRecipe): string {
  const why = 'unverified' in recipe ? recipe.unverified : undefined;
  return why === undefined ? summary : `${summary} (not verified: ${why})`;
}
