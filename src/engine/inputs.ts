// SPDX-License-Identifier: GPL-2.0-only
import { withLock } from '../host/lock.js';
import { Failed } from '../model/failure.js';
import type { Entry, Fingerprint } from '../model/store.js';
import type { Task } from '../model/task.js';
import { fingerprint } from '../plan/fingerprint.js';
import type { RunEnvironment, TaskResult } from './environment.js';
import { work, type Inputs } from './make.js';
import { digestRead } from './reads.js';
import { resolved } from './resolve.js';
import { damagedFile, putAside } from './soundness.js';

/** What becomes of each task before, by its id. */
export type Running = ReadonlyMap<string, Promise<TaskResult>>;

/** What came of the tasks that a task needs, as soon as all are done. */
export async function inputsOf(task: Task, running: Running): Promise<Inputs<TaskResult>> {
  return {
    needs: await gather(task.id, task.needs, running),
    tools: await gather(task.id, task.tools ?? {}, running),
  };
}

/** What the task's key is made from. @throws Failed as resolved() */
export async function printOf(
  task: Task,
  { needs }: Inputs<TaskResult>,
  env: RunEnvironment,
): Promise<Fingerprint> {
  const digests = Object.fromEntries(
    Object.entries(needs).map(([role, { entry }]) => [
      role,
      digestRead(task, role, entry.manifest),
    ]),
  );
  return fingerprint(task, digests, await resolved(task, env));
}

async function gather(
  taskId: string,
  roles: Readonly<Record<string, string>>,
  running: Running,
): Promise<Record<string, TaskResult>> {
  const needs: Record<string, TaskResult> = {};
  for (const [role, id] of Object.entries(roles)) {
    const needed = running.get(id);
    if (needed === undefined)
      throw new Error(`${taskId} needs ${id}, which is not before it in the plan`);
    needs[role] = await needed;
  }
  return needs;
}

/** What a step is about to read, each as it was made: what is damaged is put aside and made again. */
export async function intact(
  { needs, tools }: Inputs<TaskResult>,
  running: Running,
  env: RunEnvironment,
): Promise<Inputs> {
  const each = async (
    results: Readonly<Record<string, TaskResult>>,
  ): Promise<Record<string, Entry>> => {
    const entries: Record<string, Entry> = {};
    for (const [role, result] of Object.entries(results)) {
      entries[role] = await intactEntry(result, running, env);
    }
    return entries;
  };
  return { needs: await each(needs), tools: await each(tools) };
}

async function intactEntry(
  { task, key, entry }: TaskResult,
  running: Running,
  env: RunEnvironment,
): Promise<Entry> {
  if ((await damagedFile(entry)) === undefined) return entry;
  return withLock(
    env.store.lockFile(key),
    async () => {
      // Another task or run may have been here.
      const found = await env.store.lookup(key);
      const path = found === undefined ? '' : await damagedFile(found);
      if (found !== undefined && path === undefined) return found;
      env.emit({
        type: 'task-warning',
        id: task.id,
        message: `${path ?? ''} was damaged in the store: put aside in quarantine/${key}, and made again`,
      });
      await putAside(env.store, key);
      const results = await inputsOf(task, running);
      const print = await printOf(task, results, env);
      const inputs = await intact(results, running, env);
      return theSame(entry, await work(task, print, inputs, withoutProgress(env)));
    },
    { signal: env.signal },
  );
}

/** For a task that has been told of as done. */
function withoutProgress(env: RunEnvironment): RunEnvironment {
  return {
    ...env,
    emit: (event) => {
      if (event.type !== 'task-progress') env.emit(event);
    },
  };
}

/** What is made again has to be what it was: keys of what depends on it say so. */
function theSame(was: Entry, made: Entry): Entry {
  const { task, digest, key } = made.manifest;
  if (was.manifest.digest === digest) return made;
  throw new Failed({
    reason: 'store-unusable',
    message: `${task} was damaged in the store, and came out different when it was made again`,
    details: [`what was damaged: quarantine/${key}`],
    hints: ['start the run again: what depends on it is then made again too'],
  });
}
