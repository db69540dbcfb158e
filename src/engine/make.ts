// SPDX-License-Identifier: GPL-2.0-only
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { interrupted } from '../host/exec.js';
import { ensureDirectory } from '../host/files.js';
import { withLock } from '../host/lock.js';
import type { Workshop } from '../model/runtime.js';
import type { StepContext } from '../model/step.js';
import type { Entry, Fingerprint, Manifest } from '../model/store.js';
import type { Task } from '../model/task.js';
import { keyOf } from '../plan/fingerprint.js';
import type { RunEnvironment } from './environment.js';
import { inventory } from './inventory.js';
import { outlineOf } from './outline.js';
import { vouch } from './soundness.js';
import { runStep } from './steps.js';
import { digestOf } from './store.js';

/** Of what a step reads, by role; `tools` leave no trace in what it yields. */
export interface Inputs<T = Entry> {
  readonly needs: Readonly<Record<string, T>>;
  readonly tools: Readonly<Record<string, T>>;
}

/** Runs the step under the key's lock, unless another run has made the entry meanwhile. */
export async function make(
  task: Task,
  print: Fingerprint,
  inputs: () => Promise<Inputs>,
  env: RunEnvironment,
): Promise<{ entry: Entry; hit: boolean }> {
  if (env.signal.aborted) throw interrupted();
  const key = keyOf(print);
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
      return { entry: await work(task, print, await inputs(), env), hit: false };
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

/** Does the step and puts what it yields into the store. Call with the key's lock held. */
export async function work(
  task: Task,
  print: Fingerprint,
  inputs: Inputs,
  env: RunEnvironment,
): Promise<Entry> {
  const key = keyOf(print);
  const started = performance.now();
  const { out, scratch } = await env.store.stage(key);
  try {
    const ctx = await context(task, { out, scratch, ...inputs }, env);
    const result = await runStep(task, ctx);
    const derived = result.derived ?? false;
    const files = derived ? [] : await inventory(out);
    const manifest: Manifest = {
      key,
      inputs: print,
      task: task.id,
      digest: derived ? key : digestOf(files),
      files,
      derived,
      ...(derived ? { outline: await outlineOf(out) } : {}),
      facts: result.facts ?? {},
      created: new Date().toISOString(),
      ms: Math.round(performance.now() - started),
    };
    const made = await env.store.publish(manifest);
    vouch(made);
    return made;
  } finally {
    await env.store.discard(key);
  }
}

async function context(
  task: Task,
  { tools, ...dirs }: Pick<StepContext, 'out' | 'scratch'> & Inputs,
  env: RunEnvironment,
): Promise<StepContext> {
  await ensureDirectory(env.logs);
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
    ...(env.ccache === undefined ? {} : { ccache: env.ccache }),
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
