// SPDX-License-Identifier: GPL-2.0-only
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { FetchedSource } from '../bundle/create.js';
import type { Event } from '../model/event.js';
import type { Failure } from '../model/failure.js';
import type { FetchPolicy } from '../model/step.js';
import type { Plan } from '../model/task.js';
import type { RecipeOptions } from './build-options.js';
import { NO_BUILDER } from './no-builder.js';
import { storeRoot } from './paths.js';
import { attempt, tellStart } from './plan-run.js';
import { openReporter, writeFailure } from './screen.js';

/** The options of a command that fetches and writes one file about it. */
export interface FetchOptions extends RecipeOptions {
  /** Path of the file. */
  readonly out: string;
  readonly json: boolean;
  readonly plain: boolean;
  readonly verbose: boolean;
}

/** The part of a build's plan that fetches what recipes name. */
export function fetchesOf(plan: Plan, { source }: RecipeOptions): Plan {
  const tasks = plan.tasks.filter(
    ({ id, verb }) => verb === 'fetch' && !(id.replace('fetch:', '') in source),
  );
  return { ...plan, tasks };
}

/**
 * Fetches, and shows how that goes.
 *
 * @param plan of fetches
 * @param what the command, for the reporter and the logs' folder
 * @returns what was fetched, or the failure, which has been shown
 */
export async function fetchAll(
  plan: Plan,
  what: string,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<FetchedSource[] | Failure> {
  const cache = storeRoot(process.env);
  const policy: FetchPolicy = { mirrors: options.mirror, offline: options.offline };
  const fetched: FetchedSource[] = [];
  const reporter = await openReporter(options);
  const emit = (event: Event): void => {
    reporter.show(event);
  };
  const tellEnd = tellStart({ ...plan, mode: what }, emit);
  const failure = await attempt(plan, {
    cache,
    logs: join(cache, 'logs', what),
    policy,
    builder: NO_BUILDER,
    jobs: availableParallelism(),
    signal,
    emit,
    onResult: () => undefined,
    finish: (results) => {
      for (const { task, entry } of results) {
        if (task.verb === 'fetch') fetched.push({ ...task.params, entry });
      }
      return Promise.resolve();
    },
  });
  tellEnd(failure, options.out);
  await reporter.end();
  if (failure !== undefined) writeFailure(failure);
  return failure ?? fetched;
}
