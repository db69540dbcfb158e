// SPDX-License-Identifier: GPL-2.0-only
import type { Task } from '../model/task.js';
import type { PlanParts, Roles } from './input.js';
import { fetchTask, unpackTask } from './tasks.js';

/** The tasks of a guest's own busybox; nothing where the guest's programs are the machine's. */
export function userland({ input, source, builder }: PlanParts): Roles {
  const { busybox, host } = input;
  if (busybox === undefined) return { tasks: [], needs: {} };
  const what = `busybox ${busybox.version}`;
  const compile: Task = {
    id: 'compile:busybox',
    verb: 'compile',
    title: `compile ${what}`,
    needs: { tree: 'unpack:busybox', ...builder.needs },
    tools: builder.tools,
    params: { what: 'busybox', config: busybox.config },
    host: { ...host.toolchain, ...host.musl },
  };
  return {
    tasks: [
      fetchTask('busybox', what, source('busybox', busybox.busybox.source)),
      unpackTask('busybox', what, busybox.busybox.unpack),
      compile,
    ],
    needs: { busybox: compile.id },
  };
}
