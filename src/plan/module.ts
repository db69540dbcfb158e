// SPDX-License-Identifier: GPL-2.0-only
import type { ModuleMode } from '../model/recipe.js';
import type { KernelRoles } from './kernel.js';
import type { PlanParts } from './input.js';
import { fetchTask, unpackTask } from './tasks.js';

/** The match alone, built against a distribution's headers and loaded into its kernel. */
export function moduleKernel(parts: PlanParts, module: ModuleMode): KernelRoles {
  const { input, builder } = parts;
  const { linux, host } = input;
  return {
    tasks: [
      fetchTask('headers', 'kernel headers', parts.source('headers', module.headers.source)),
      unpackTask('headers', 'kernel headers', module.headers.unpack),
      fetchTask('kernel', 'kernel image', parts.source('kernel', module.image.source)),
      unpackTask('kernel', 'kernel image', module.image.unpack),
      {
        id: 'patch:match',
        verb: 'patch',
        title: 'lay out the match',
        needs: {},
        params: { series: linux.series, fuzz: 0 },
        host: {},
      },
      {
        id: 'compile:match',
        verb: 'compile',
        title: 'compile the match as a module',
        needs: { headers: 'unpack:headers', patch: 'patch:match', ...builder.needs },
        tools: builder.tools,
        params: { what: 'match', version: linux.version },
        host: host.toolchain,
      },
    ],
    modules: 'compile:match',
    sources: 'patch:match',
    image: { match: 'compile:match', kernel: 'unpack:kernel' },
  };
}
