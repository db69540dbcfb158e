// SPDX-License-Identifier: GPL-2.0-only
import type { Task } from '../model/task.js';
import type { PlanParts } from './input.js';
import { neededSeries } from './needed-series.js';
import { fetchTask, unpackTask } from './tasks.js';

/** The kernel's tasks, and the ids through which the rest of the plan finds their outputs. */
export interface KernelRoles {
  readonly tasks: readonly Task[];
  /** Task whose output has `modules/`. */
  readonly modules: string;
  /** Task whose output has `headers/`, in full mode. */
  readonly headers?: string;
  /** Task whose output has the match's sources in `overlay/`, in module mode. */
  readonly sources?: string;
  /** Roles for `image` and `verify`: `linux`, or `match` and `kernel`. */
  readonly image: Readonly<Record<string, string>>;
}

/** A patched tree: kernel, modules and headers are all built here. */
export function fullKernel({ input, source, builder, provider }: PlanParts): KernelRoles {
  const { linux, host } = input;
  const series = [...linux.series, ...(linux.layer7?.linux ?? [])];
  const what = `linux ${linux.version}`;
  const tree = source('linux', linux.linux.source);
  // A user's own tree may be of any kernel, or none.
  const kernel = tree === linux.linux.source ? {} : { kernel: linux.version };
  const tasks: Task[] = [
    fetchTask('linux', what, tree),
    unpackTask('linux', what, linux.linux.unpack, kernel),
    {
      id: 'patch:linux',
      verb: 'patch',
      title: `patch ${what} with layer7`,
      needs: { tree: 'unpack:linux', ...(linux.layer7 === undefined ? {} : provider.needs) },
      params: { series: neededSeries(series, input.tools), fuzz: 0 },
      host: {},
    },
    {
      id: 'configure:linux',
      verb: 'configure',
      title: `configure ${what}`,
      needs: { tree: 'unpack:linux', patch: 'patch:linux', ...builder.needs },
      tools: builder.tools,
      params: { config: linux.config, era: linux.era },
      host: host.toolchain,
    },
    {
      id: 'compile:linux',
      verb: 'compile',
      title: `compile ${what}`,
      needs: {
        tree: 'unpack:linux',
        patch: 'patch:linux',
        config: 'configure:linux',
        ...builder.needs,
      },
      tools: builder.tools,
      params: { what: 'linux', arch: linux.arch, era: linux.era },
      host: host.toolchain,
    },
  ];
  return {
    tasks,
    modules: 'compile:linux',
    headers: 'compile:linux',
    image: { linux: 'compile:linux' },
  };
}
