// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { muslFacts } from '../../src/cli/host-facts.js';
import { runPlan } from '../../src/engine/run.js';
import { Store } from '../../src/engine/store.js';
import { makePlan } from '../../src/plan/plan.js';
import { loadGuestBusybox } from '../../src/recipe/index.js';
import { openBuilder } from '../../src/runtimes/index.js';
import { STORE } from '../contract/runtimes/workshop.js';
import { planInput } from '../unit/plan/input.js';

const PROJECT = join(import.meta.dirname, '../..');

/**
 * The project's busybox for guests, made by the same tasks as in a run with the machine's own tools; kept
 * from one test run to the next.
 *
 * @param logs folder for the steps' logs
 * @returns the folder that has it
 */
export async function muslBusybox(logs: string): Promise<string> {
  const builder = await openBuilder('host', { cache: STORE, jobs: 2 });
  const input = planInput({ busybox: await loadGuestBusybox(PROJECT) });
  const plan = makePlan({
    ...input,
    host: { ...input.host, toolchain: builder.toolchain ?? {}, musl: await muslFacts() },
  });
  const tasks = plan.tasks.filter(({ id }) => id.endsWith(':busybox'));
  const results = await runPlan(
    { ...plan, tasks },
    {
      store: new Store(STORE),
      project: PROJECT,
      logs,
      policy: { mirrors: [], offline: false },
      builder,
      jobs: 2,
      signal: new AbortController().signal,
      emit: () => undefined,
      onResult: () => undefined,
      expected: {},
    },
  );
  const made = results.at(-1)?.entry.dir;
  if (made === undefined) throw new Error('the plan has no busybox');
  return made;
}
