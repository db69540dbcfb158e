// SPDX-License-Identifier: GPL-2.0-only
import type { RunEnvironment, TaskResult } from '../engine/environment.js';
import { runPlan } from '../engine/run.js';
import { Store } from '../engine/store.js';
import { Times } from '../engine/times.js';
import type { Emit } from '../model/event.js';
import { EXIT, EXIT_BY_REASON, type ExitCode, type Failure } from '../model/failure.js';
import type { Plan } from '../model/task.js';
import { expectedFailure } from './expected-failure.js';
import { PROJECT } from './paths.js';

/** A plan as people are told of it. */
type Told = Omit<Plan, 'mode'> & { readonly mode: string };

/**
 * Tells that a run starts.
 *
 * @returns to be called at the end, with the folder that has what was made; gives the exit code
 */
export function tellStart(
  { name, mode, tasks }: Told,
  emit: Emit,
): (failure: Failure | undefined, out: string) => ExitCode {
  const started = performance.now();
  emit({
    type: 'run-started',
    name,
    mode,
    tasks: tasks.map(({ id, verb, title }) => ({ id, verb, title })),
  });
  return (failure, out) => {
    const exitCode = failure === undefined ? EXIT.verified : EXIT_BY_REASON[failure.reason];
    emit({
      type: 'run-finished',
      exitCode,
      ms: Math.round(performance.now() - started),
      out,
      ...(failure === undefined ? {} : { failure }),
    });
    return exitCode;
  };
}

/** What is not the same for every run of this program. */
interface Circumstances extends Omit<RunEnvironment, 'store' | 'project' | 'expected'> {
  /** The store's root. */
  readonly cache: string;
  /** What is left to do when all tasks are done. */
  readonly finish?: (results: readonly TaskResult[]) => Promise<void>;
}

/** Runs a plan, with what each task took the last time. Returns the failure it ended in, if any. */
export async function attempt(
  plan: Plan,
  { cache, finish, onResult, ...environment }: Circumstances,
): Promise<Failure | undefined> {
  const times = await Times.open(cache);
  try {
    const store = new Store(cache);
    await store.reading(
      async () => {
        const results = await runPlan(plan, {
          ...environment,
          store,
          project: PROJECT,
          expected: times.expected,
          onResult: (result) => {
            onResult(result);
            if (!result.hit) times.note(result.task.id, result.entry.manifest.ms);
          },
        });
        await finish?.(results);
      },
      { signal: environment.signal },
    );
    return undefined;
  } catch (error) {
    const failure = expectedFailure(error, cache);
    if (failure === undefined) throw error;
    return failure;
  } finally {
    // They are only shown: whatever keeps them from being written is told by what matters more.
    await times.save().catch(() => undefined);
  }
}
