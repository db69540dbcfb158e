// SPDX-License-Identifier: GPL-2.0-only
import { runPlan } from '../engine/run.js';
import { Store } from '../engine/store.js';
import type { Entry } from '../model/store.js';
import type { Task } from '../model/task.js';
import { plainReporter } from '../ui/plain.js';
import type { WriteLine } from '../ui/reporter.js';
import type { Job } from './job.js';
import { PROJECT } from './paths.js';

interface Means {
  /** The store's root. */
  readonly cache: string;
  readonly signal: AbortSignal;
  readonly jobs: number;
  /** Folder for the steps' logs. */
  readonly logs: string;
  /** Told of what has to be made first. */
  readonly say: WriteLine;
}

/** Whoever reads the output of tasks. */
type Reader = Pick<Task, 'needs' | 'tools'>;

/**
 * Sees to it that the store has all that a task reads, and makes what it lacks.
 *
 * @returns every entry by its task's id
 * @throws Failed of the first task that failed
 */
export async function entriesFor(
  task: Reader,
  { plan, policy, builder }: Pick<Job, 'plan' | 'policy' | 'builder'>,
  { cache, signal, jobs, logs, say }: Means,
): Promise<Map<string, Entry>> {
  const wanted = new Set(inputsOf(task));
  for (const each of plan.tasks.toReversed()) {
    if (wanted.has(each.id)) for (const id of inputsOf(each)) wanted.add(id);
  }
  const reporter = plainReporter(say, false);
  const tasks = plan.tasks.filter(({ id }) => wanted.has(id));
  reporter.show({ type: 'run-started', name: plan.name, mode: plan.mode, tasks });
  const results = await runPlan(
    { ...plan, tasks },
    {
      store: new Store(cache),
      project: PROJECT,
      logs,
      policy,
      builder,
      jobs,
      signal,
      emit: (event) => {
        // What is there already is no news to somebody who waits for a prompt.
        if (event.type !== 'task-finished' || event.outcome !== 'hit') reporter.show(event);
      },
      expected: {},
      onResult: () => undefined,
    },
  );
  return new Map(results.map(({ task: { id }, entry }) => [id, entry]));
}

function inputsOf({ needs, tools }: Reader): string[] {
  return [...Object.values(needs), ...Object.values(tools ?? {})];
}

/** Entries by the roles in which tasks are needed; a task without an entry is left out. */
export function byRole(
  roles: Readonly<Record<string, string>> | undefined,
  entries: ReadonlyMap<string, Entry>,
): Record<string, Entry> {
  return Object.fromEntries(
    Object.entries(roles ?? {}).flatMap(([role, id]) => {
      const entry = entries.get(id);
      return entry === undefined ? [] : [[role, entry] as const];
    }),
  );
}
