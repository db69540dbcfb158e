// SPDX-License-Identifier: GPL-2.0-only
import type { Task } from '../model/task.js';
import type { BuilderRoles, PlanInput } from './input.js';
import { fetchTask, unpackTask } from './tasks.js';

/** The root that a builder compiles in, and the kernel of a builder that is a virtual machine. */
export function builderRoles({
  toolchain,
  inVm,
}: Pick<PlanInput, 'toolchain' | 'inVm'>): BuilderRoles {
  if (toolchain === undefined) return { tasks: [], needs: {}, tools: {} };
  const { name, suite, compiler, packages, lock, vm } = toolchain;
  const root: Task = {
    id: 'toolchain',
    verb: 'toolchain',
    title: `toolchain ${name}`,
    needs: { fetch: 'fetch:toolchain' },
    params: { suite, compiler, packages },
    host: {},
  };
  const needs = { toolchain: root.id };
  const tasks = [fetchTask('toolchain', `toolchain ${name}`, lock), root];
  if (!inVm) return { tasks, needs, tools: {} };
  const what = "the builder's kernel";
  return {
    tasks: [...tasks, fetchTask('vm', what, vm.source), unpackTask('vm', what, vm.unpack)],
    needs,
    tools: { vm: 'unpack:vm' },
  };
}
