// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import { Store } from '../../engine/store.js';
import { stored } from '../../engine/stored.js';
import type { Failure } from '../../model/failure.js';
import type { Event } from '../../model/event.js';
import type { ToolchainRecipe } from '../../model/recipe.js';
import type { FetchPolicy } from '../../model/step.js';
import type { Entry } from '../../model/store.js';
import type { Plan } from '../../model/task.js';
import { builderRoles } from '../../plan/builder.js';
import { NO_BUILDER } from '../no-builder.js';
import { storeRoot } from '../paths.js';
import { attempt, tellStart } from '../plan-run.js';
import { openReporter, writeFailure } from '../screen.js';

/** How a root is made and told of. */
export interface RootOptions {
  readonly mirror: readonly string[];
  readonly offline: boolean;
  readonly json: boolean;
  readonly plain: boolean;
  readonly verbose: boolean;
}

/** Tasks of a toolchain; their outputs, by name. */
export interface Made {
  /** The packages. */
  readonly debs: Entry;
  /** The root; absent when only the packages were asked for. */
  readonly root: Entry | undefined;
}

const FETCH = 'fetch:toolchain';
const ROOT = 'toolchain';

/** The tasks of a build that make its toolchain, with the same keys as there. */
function planOf(toolchain: ToolchainRecipe): Plan {
  return {
    name: toolchain.name,
    mode: 'full',
    tasks: builderRoles({ toolchain, inVm: false }).tasks,
  };
}

/** A toolchain's root in the store, or undefined. */
export function storedRoot(
  toolchain: ToolchainRecipe,
  signal: AbortSignal,
): Promise<Entry | undefined> {
  const policy: FetchPolicy = { mirrors: [], offline: true };
  const store = new Store(storeRoot(process.env));
  return stored(planOf(toolchain), ROOT, { store, policy, signal });
}

/**
 * Makes a toolchain's root in the store, or only brings its packages, and shows how that goes.
 *
 * @returns what was made, or the failure, which has been shown
 */
export async function makeRoot(
  toolchain: ToolchainRecipe,
  what: 'root' | 'packages',
  options: RootOptions,
  signal: AbortSignal,
): Promise<Made | Failure> {
  const cache = storeRoot(process.env);
  const whole = planOf(toolchain);
  const plan = { ...whole, tasks: whole.tasks.filter(({ id }) => what === 'root' || id === FETCH) };
  const reporter = await openReporter(options);
  const emit = (event: Event): void => {
    reporter.show(event);
  };
  const tellEnd = tellStart({ ...plan, mode: 'toolchain' }, emit);
  const made = new Map<string, Entry>();
  const failure = await attempt(plan, {
    cache,
    logs: join(cache, 'logs', toolchain.name),
    policy: { mirrors: options.mirror, offline: options.offline },
    builder: NO_BUILDER,
    jobs: availableParallelism(),
    signal,
    emit,
    onResult: ({ task, entry }) => {
      made.set(task.id, entry);
    },
  });
  tellEnd(failure, made.get(ROOT)?.dir ?? cache);
  await reporter.end();
  if (failure !== undefined) {
    writeFailure(failure);
    return failure;
  }
  const debs = made.get(FETCH);
  if (debs === undefined) throw new Error(`the plan of ${toolchain.name} fetches nothing`);
  return { debs, root: made.get(ROOT) };
}
