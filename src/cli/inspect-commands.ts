// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { Store } from '../engine/store.js';
import { stored } from '../engine/stored.js';
import type { LinuxRecipe } from '../model/recipe.js';
import type { Plan } from '../model/task.js';
import { fetchTask, unpackTask } from '../plan/tasks.js';
import { loadLinuxRecipe } from '../recipe/index.js';
import { registerConfigCommand } from './config-command.js';
import { registerPatchCommand } from './patch-command.js';
import { PROJECT, storeRoot } from './paths.js';
import type { Shell } from './shell.js';

/** `l7build patch …` and `l7build config …`, on this project and its store. */
export function addInspection(program: Command, shell: Shell): void {
  const shared = {
    recipe: (version: string) => loadLinuxRecipe(PROJECT, version),
    write: (data: string | Uint8Array) => void process.stdout.write(data),
    end: shell.end,
  };
  registerConfigCommand(program, shared);
  registerPatchCommand(program, {
    ...shared,
    project: PROJECT,
    signal: shell.signal,
    cachedTree: (recipe) => cachedTree(recipe, shell.signal),
  });
}

/** The unpacked tree of a recipe, if a build has left it in the store. */
async function cachedTree(recipe: LinuxRecipe, signal: AbortSignal): Promise<string | undefined> {
  const plan: Plan = {
    name: recipe.version,
    mode: 'full',
    tasks: [
      fetchTask('linux', recipe.version, recipe.linux.source),
      unpackTask('linux', recipe.version, recipe.linux.unpack),
    ],
  };
  const entry = await stored(plan, 'unpack:linux', {
    store: new Store(storeRoot(process.env)),
    policy: { mirrors: [], offline: false },
    signal,
  });
  return entry?.dir;
}
