// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { interrupted } from '../host/exec.js';
import { withLock } from '../host/lock.js';
import { Failed } from '../model/failure.js';
import type { Workshop } from '../model/runtime.js';
import type { StepContext } from '../model/step.js';
import type { Entry, Manifest } from '../model/store.js';
import type { Plan, Task } from '../model/task.js';
import { fingerprint, keyOf } from '../plan/fingerprint.js';
import type { RunEnvironment, TaskResult } from './environment.js';
import { inventory } from './inventory.js';
import { resolved } from './resolve.js';
import { runStep } from './steps.js';
import { Stop } from './stop.js';
import { digestOf } from './store.js';

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

async function runTask(
  task: Task,
  running: ReadonlyMap<string, Promise<TaskResult>>,
  env: RunEnvironment,
): Promise<TaskResult> {
  let started = performance.now();
  try {
    const needs = await gather(task.id, task.needs, running);
    const tools = await gather(task.id, task.tools ?? {}, running);
    started = performance.now();
    const digests = Object.fromEntries(
      Object.entries(needs).map(([role, entry]) => [role, entry.manifest.digest]),
    );
    const key = keyOf(fingerprint(task, digests, await resolved(task, env)));
    const known = await env.store.lookup(key);
    const made =
      known === undefined
        ? await make(task, key, { needs, tools }, env)
        : { entry: known, hit: true };
    const result: TaskResult = { task, key, ...made };
    env.onResult(result);
    env.emit({
      type: 'task-finished',
      id: task.id,
      outcome: result.hit ? 'hit' : 'done',
      ms: Math.round(performance.now() - started),
      digest: result.entry.manifest.digest,
      ...warned(result),
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

/** The compiler's warnings of a task that was done just now. */
function warned({ hit, entry }: TaskResult): { readonly warnings?: number } {
  const { warnings } = entry.manifest.facts;
  return hit || !Array.isArray(warnings) || warnings.length === 0
    ? {}
    : { warnings: warnings.length };
}

/** Outputs that a step reads, by role; `tools` leave no trace in what it yields. */
interface Inputs {
  readonly needs: Readonly<Record<string, Entry>>;
  readonly tools: Readonly<Record<string, Entry>>;
}

async function gather(
  taskId: string,
  roles: Readonly<Record<string, string>>,
  running: ReadonlyMap<string, Promise<TaskResult>>,
): Promise<Record<string, Entry>> {
  const needs: Record<string, Entry> = {};
  for (const [role, id] of Object.entries(roles)) {
    const needed = running.get(id);
    if (needed === undefined)
      throw new Error(`${taskId} needs ${id}, which is not before it in the plan`);
    needs[role] = (await needed).entry;
  }
  return needs;
}

/** Runs the step under the key's lock, unless another run has made the entry meanwhile. */
async function make(
  task: Task,
  key: string,
  inputs: Inputs,
  env: RunEnvironment,
): Promise<{ entry: Entry; hit: boolean }> {
  if (env.signal.aborted) throw interrupted();
  const expectedMs = env.expected[task.id];
  env.emit({
    type: 'task-started',
    id: task.id,
    ...(expectedMs === undefined ? {} : { expectedMs }),
  });
  return withLock(
    env.store.lockFile(key),
    async () => {
      const meanwhile = await env.store.lookup(key);
      if (meanwhile !== undefined) return { entry: meanwhile, hit: true };
      return { entry: await work(task, key, inputs, env), hit: false };
    },
    {
      signal: env.signal,
      onWait: () => {
        env.emit({
          type: 'task-warning',
          id: task.id,
          message: 'another run is at this step; waiting for it',
        });
      },
    },
  );
}

async function work(task: Task, key: string, inputs: Inputs, env: RunEnvironment): Promise<Entry> {
  const started = performance.now();
  const { out, scratch } = await env.store.stage(key);
  try {
    const ctx = await context(task, { out, scratch, ...inputs }, env);
    const result = await runStep(task, ctx);
    const derived = result.derived ?? false;
    const files = derived ? [] : await inventory(out);
    const manifest: Manifest = {
      key,
      task: task.id,
      digest: derived ? key : digestOf(files),
      files,
      derived,
      facts: result.facts ?? {},
      created: new Date().toISOString(),
      ms: Math.round(performance.now() - started),
    };
    return await env.store.publish(manifest);
  } finally {
    await env.store.discard(key);
  }
}

async function context(
  task: Task,
  { tools, ...dirs }: Pick<StepContext, 'out' | 'scratch'> & Inputs,
  env: RunEnvironment,
): Promise<StepContext> {
  await mkdir(env.logs, { recursive: true });
  const log = join(env.logs, `${task.id.replace(':', '-')}.log`);
  await rm(log, { force: true });
  return {
    ...dirs,
    taskId: task.id,
    project: env.project,
    cache: env.store.root,
    log,
    policy: env.policy,
    runtime: () => env.builder.open(workshopOf(dirs.needs, tools)),
    jobs: env.jobs,
    signal: env.signal,
    progress: (progress) => {
      env.emit({ type: 'task-progress', id: task.id, progress });
    },
    warn: (message) => {
      env.emit({ type: 'task-warning', id: task.id, message });
    },
  };
}

/** What a task's builder works with, of the outputs that the task needs. */
export function workshopOf(needs: Inputs['needs'], { vm }: Inputs['tools']): Workshop | undefined {
  const { toolchain } = needs;
  if (toolchain === undefined) return undefined;
  return { toolchain, ...(vm === undefined ? {} : { vm }) };
}
