// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';
import type { ModuleMode } from '../model/recipe.js';
import type { Source } from '../model/source.js';
import type { Plan, Task } from '../model/task.js';
import { builderRoles } from './builder.js';
import type { PlanInput, PlanParts } from './input.js';
import { fullKernel, type KernelRoles } from './kernel.js';
import { moduleKernel } from './module.js';
import { userland, type UserlandRoles } from './userland.js';
import { fetchTask, unpackTask } from './tasks.js';

/**
 * The tasks of a run, in order. Pure: the same input gives the same plan.
 *
 * @throws Failed `usage` for an override that names no source of this run, `not-applicable` for
 *   module mode on a recipe without one
 */
export function makePlan(input: PlanInput): Plan {
  const used = new Set<string>();
  const parts: PlanParts = {
    input,
    builder: builderRoles(input),
    source(name, recipe) {
      used.add(name);
      return input.overrides[name] ?? recipe;
    },
  };
  const kernel = input.mode === 'full' ? fullKernel(parts) : moduleKernel(parts, moduleOf(input));
  const guest = userland(parts);
  const tasks = [
    ...parts.builder.tasks,
    ...kernel.tasks,
    ...iptablesTasks(parts),
    ...guest.tasks,
    ...packageTasks(input, kernel),
    ...guestTasks(parts, { kernel, guest }),
  ];
  refuseUnknownOverrides(input.overrides, used);
  return { name: input.linux.version, mode: input.mode, tasks };
}

function moduleOf(input: PlanInput): ModuleMode {
  const module = input.linux.module;
  if (module !== undefined) return module;
  throw new Failed({
    reason: 'not-applicable',
    message: `the recipe ${input.linux.version} has no module mode`,
    hints: [`build the patched kernel: l7build --kernel ${input.linux.version} --mode full`],
  });
}

function refuseUnknownOverrides(
  overrides: Readonly<Record<string, Source>>,
  used: ReadonlySet<string>,
): void {
  const stray = Object.keys(overrides).find((name) => !used.has(name));
  if (stray === undefined) return;
  throw new Failed({
    reason: 'usage',
    message: `--source ${stray}: this run has no source of that name`,
    hints: [`the sources of this run are: ${[...used].join(', ')}`],
  });
}

function iptablesTasks({ input, source, builder }: PlanParts): Task[] {
  const { version, iptables, series, configure } = input.iptables;
  return [
    fetchTask('iptables', `iptables ${version}`, source('iptables', iptables.source)),
    unpackTask('iptables', `iptables ${version}`, iptables.unpack),
    {
      id: 'patch:iptables',
      verb: 'patch',
      title: `patch iptables ${version}`,
      needs: { tree: 'unpack:iptables' },
      params: { series, fuzz: 0 },
      host: {},
    },
    {
      id: 'compile:iptables',
      verb: 'compile',
      title: `compile iptables ${version}`,
      needs: { tree: 'unpack:iptables', patch: 'patch:iptables', ...builder.needs },
      tools: builder.tools,
      params: { what: 'iptables', configure },
      host: input.host.toolchain,
    },
  ];
}

function packageTasks(input: PlanInput, kernel: KernelRoles): Task[] {
  const archive = (name: string, from: string, directory: string): Task => ({
    id: `package:${name}`,
    verb: 'package',
    title: `package ${name}.tar.zst`,
    needs: { from },
    params: { archive: `${name}.tar.zst`, directory, prefix: '.' },
    host: {},
  });
  return [
    archive('modules', kernel.modules, 'modules'),
    ...(kernel.headers === undefined ? [] : [archive('headers', kernel.headers, 'headers')]),
    archive('iptables', 'compile:iptables', 'root'),
    {
      id: 'package:l7-protocols',
      verb: 'package',
      title: 'package l7-protocols.tar.zst',
      needs: {},
      params: {
        archive: 'l7-protocols.tar.zst',
        definitions: input.definitions,
        prefix: 'etc/l7-protocols',
      },
      host: {},
    },
  ];
}

function guestTasks(
  { input, builder }: PlanParts,
  { kernel, guest }: { readonly kernel: KernelRoles; readonly guest: UserlandRoles },
): Task[] {
  const { linux, iptables, host } = input;
  const image: Task = {
    id: 'image:initramfs',
    verb: 'image',
    title: 'image initramfs.cpio.gz',
    needs: { ...kernel.image, iptables: 'compile:iptables', ...guest.needs, ...builder.needs },
    params: {
      modules: linux.guestModules,
      definitions: input.definitions,
      guest: input.guest,
    },
    host: host.userland,
  };
  if (!input.verify) return [image];
  return [
    image,
    {
      id: 'verify',
      verb: 'verify',
      title: `boot and verify linux ${linux.version} in a guest`,
      needs: { ...kernel.image, image: image.id },
      params: { scenario: input.scenario, era: linux.era, backends: iptables.backends },
      host: host.vm,
    },
  ];
}
