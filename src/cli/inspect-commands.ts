// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { Store } from '../engine/store.js';
import { stored } from '../engine/stored.js';
import type { SourceSpec } from '../model/recipe.js';
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
    cachedTree: (name, spec) => cachedTree(name, spec, shell.signal),
  });
}

/** An unpacked source, if a build has left it in the store. */
async function cachedTree(
  name: string,
  { source, unpack }: SourceSpec,
  signal: AbortSignal,
): Promise<string | undefined> {
  const plan: Plan = {
    name,
    mode: 'full',
    tasks: [fetchTask(name, name, source), unpackTask(name, name, unpack)],
  };
  const entry = await stored(plan, `unpack:${name}`, {
    store: new Store(storeRoot(process.env)),
    policy: { mirrors: [], offline: false },
    signal,
  });
  return entry?.dir;
}
