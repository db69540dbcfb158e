// SPDX-License-Identifier: GPL-2.0-only
import type { Step, StepContext, StepResult } from '../model/step.js';
import type { Task, Verb } from '../model/task.js';

/** Where each verb's step is; loaded when the first task of that verb runs, so that hits cost nothing. */
const STEPS: { readonly [V in Verb]: () => Promise<Step<V>> } = {
  toolchain: async () => (await import('../steps/toolchain.js')).toolchain,
  userland: async () => (await import('../steps/userland.js')).userland,
  fetch: async () => (await import('../steps/fetch.js')).fetch,
  unpack: async () => (await import('../steps/unpack.js')).unpack,
  patch: async () => (await import('../steps/patch.js')).patch,
  configure: async () => (await import('../steps/configure.js')).configure,
  compile: async () => (await import('../steps/compile.js')).compile,
  package: async () => (await import('../steps/package.js')).pack,
  image: async () => (await import('../steps/image.js')).image,
  disk: async () => (await import('../steps/disk.js')).disk,
  container: async () => (await import('../steps/container.js')).container,
  verify: async () => (await import('../steps/verify.js')).verify,
};

/** Runs a task's step. */
export async function runStep(task: Task, ctx: StepContext): Promise<StepResult> {
  return dispatch(task, ctx);
}

async function dispatch<V extends Verb>(
  task: { readonly verb: V; readonly params: Extract<Task, { verb: V }>['params'] },
  ctx: StepContext,
): Promise<StepResult> {
  const step = await STEPS[task.verb]();
  return step(task.params as never, ctx);
}
