// SPDX-License-Identifier: GPL-2.0-only
import { resolveSource } from '../sources/index.js';
import type { Task } from '../model/task.js';
import type { LookupEnvironment } from './environment.js';

/**
 * What a task's moving source stands for right now, as lines for its cache key: the version and digests of
 * an apt package, the content of a local tree. Empty for tasks whose parameters say it all.
 */
export async function resolved(task: Task, env: LookupEnvironment): Promise<readonly string[]> {
  if (task.verb !== 'fetch') return [];
  return resolveSource(task.params.source, {
    cache: env.store.root,
    policy: env.policy,
    signal: env.signal,
  });
}
