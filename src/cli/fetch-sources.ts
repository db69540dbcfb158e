// SPDX-License-Identifier: GPL-2.0-only
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { FetchedSource } from '../bundle/create.js';
import type { TaskResult } from '../engine/environment.js';
import type { Event } from '../model/event.js';
import type { Failure } from '../model/failure.js';
import type { FetchPolicy } from '../model/step.js';
import type { Plan } from '../model/task.js';
import type { Reporter } from '../ui/reporter.js';
import { fetchPolicy, type RecipeOptions } from './build-options.js';
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

/** What a run without a compiler goes by. */
export interface FetchCircumstances {
  /** The command, for the reporter and the logs' folder. */
  readonly what: string;
  readonly policy: FetchPolicy;
  readonly reporter: Reporter;
  /** What comes of it, for the reporter. */
  readonly out: string;
  readonly signal: AbortSignal;
}

/**
 * Runs a plan that fetches and unpacks, and shows how that goes.
 *
 * @param finish gets what came, while it is sure to be in the store
 * @returns the failure it ended in, if any; nobody was shown it
 */
export async function runFetches(
  plan: Plan,
  { what, policy, reporter, out, signal }: FetchCircumstances,
  finish: (results: readonly TaskResult[]) => Promise<void>,
): Promise<Failure | undefined> {
  const cache = storeRoot(process.env);
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
    finish,
  });
  tellEnd(failure, out);
  await reporter.end();
  return failure;
}

/**
 * Fetches, and shows how that goes.
 *
 * @param plan of fetches
 * @param what the command
 * @returns what was fetched, or the failure, which has been shown
 */
export async function fetchAll(
  plan: Plan,
  what: string,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<FetchedSource[] | Failure> {
  const policy = fetchPolicy(options);
  const fetched: FetchedSource[] = [];
  const reporter = await openReporter(options);
  const circumstances = { what, policy, reporter, out: options.out, signal };
  const failure = await runFetches(plan, circumstances, (results) => {
    for (const { task, entry } of results) {
      if (task.verb === 'fetch') fetched.push({ ...task.params, entry });
    }
    return Promise.resolve();
  });
  if (failure !== undefined) writeFailure(failure);
  return failure ?? fetched;
}
