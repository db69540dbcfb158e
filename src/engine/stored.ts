// SPDX-License-Identifier: GPL-2.0-only
import type { Entry } from '../model/store.js';
import type { Plan } from '../model/task.js';
import { fingerprint, keyOf } from '../plan/fingerprint.js';
import { digestRead } from './reads.js';
import { resolved } from './resolve.js';
import type { LookupEnvironment } from './environment.js';

/**
 * What the store has of a task's output, without running anything.
 *
 * @returns undefined if the task, or one that it needs, would have to run
 * @throws Failed as sources/index.ts says, for a moving source that can't be resolved
 */
export async function stored(
  plan: Plan,
  id: string,
  env: LookupEnvironment,
): Promise<Entry | undefined> {
  const task = plan.tasks.find((each) => each.id === id);
  if (task === undefined) return undefined;
  const digests: Record<string, string> = {};
  for (const [role, need] of Object.entries(task.needs)) {
    const entry = await stored(plan, need, env);
    if (entry === undefined) return undefined;
    digests[role] = digestRead(task, role, entry.manifest);
  }
  return env.store.lookup(keyOf(fingerprint(task, digests, await resolved(task, env))));
}
