// SPDX-License-Identifier: GPL-2.0-only
import type { CcacheUse } from '../model/ccache.js';
import type { Event } from '../model/event.js';
import { Failed } from '../model/failure.js';
import type { Plan, Task } from '../model/task.js';
import { keyOf } from '../plan/fingerprint.js';
import type { RunEnvironment, TaskResult } from './environment.js';
import { inputsOf, intact, printOf, type Running } from './inputs.js';
import { make } from './make.js';
import { Stop } from './stop.js';

type Finished = Extract<Event, { type: 'task-finished' }>;

/**
 * Runs a plan: every task as soon as what it needs is there, taken from the store where its key is known.
 *
 * @returns the outcome of every task, in the plan's order
 * @throws Failed of the first task that failed, after the others have been stopped. When a source could
 *   not be brought, the other sources are still tried, and what is told is all that could not be
 */
export async function runPlan(plan: Plan, env: RunEnvironment): Promise<TaskResult[]> {
  const stop = new Stop(env.signal);
  const running = new Map<string, Promise<TaskResult>>();
  for (const task of plan.tasks) {
    const signal = stop.signalFor(task);
    const result = runTask(task, running, { ...env, signal });
    running.set(
      task.id,
      result.catch((error: unknown) => {
        if (!signal.aborted || env.signal.aborted) stop.because(task, error);
        throw error;
      }),
    );
  }
  const ends = await Promise.allSettled(running.values());
  stop.tell(plan);
  return ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
}

async function runTask(task: Task, running: Running, env: RunEnvironment): Promise<TaskResult> {
  let started = performance.now();
  try {
    const inputs = await inputsOf(task, running);
    started = performance.now();
    const print = await printOf(task, inputs, env);
    const key = keyOf(print);
    const known = await env.store.lookup(key);
    const made =
      known === undefined
        ? await make(task, print, () => intact(inputs, running, env), env)
        : { entry: known, hit: true };
    await env.store.used(key);
    const result: TaskResult = { task, key, ...made };
    env.onResult(result);
    env.emit({
      type: 'task-finished',
      id: task.id,
      outcome: result.hit ? 'hit' : 'done',
      ms: Math.round(performance.now() - started),
      digest: result.entry.manifest.digest,
      ...told(result),
    });
    return result;
  } catch (error) {
    const failed = error instanceof Failed && !env.signal.aborted;
    env.emit({
      type: 'task-finished',
      id: task.id,
      outcome: failed ? 'failed' : 'cancelled',
      ms: Math.round(performance.now() - started),
      ...(failed ? { failure: error.failure } : {}),
    });
    throw error;
  }
}

/** What a task that was done just now has to tell: of the compiler's warnings, and of ccache. */
function told({ hit, entry }: TaskResult): Pick<Finished, 'warnings' | 'ccache'> {
  if (hit) return {};
  const { warnings, ccache } = entry.manifest.facts as {
    readonly warnings?: readonly string[];
    readonly ccache?: CcacheUse;
  };
  return {
    ...(warnings === undefined || warnings.length === 0 ? {} : { warnings: warnings.length }),
    ...(ccache === undefined ? {} : { ccache }),
  };
}
