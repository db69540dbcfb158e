// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';
import type { ModuleMode, SourceSpec } from '../model/recipe.js';
import type { Source } from '../model/source.js';
import type { Plan, Task } from '../model/task.js';
import { builderRoles } from './builder.js';
import type { PlanInput, PlanParts, Roles } from './input.js';
import { fullKernel, type KernelRoles } from './kernel.js';
import { moduleKernel } from './module.js';
import { neededSeries } from './needed-series.js';
import { refuseCompiler } from './tool-versions.js';
import { userland } from './userland.js';
import { fetchTask, unpackTask } from './tasks.js';

/**
 * The tasks of a run, in order. Pure: the same input gives the same plan.
 *
 * @throws Failed `usage` for an override that names no source of this run, `not-applicable` for
 *   module mode on a recipe without one, and for a compiler that the kernel does not build with
 */
export function makePlan(input: PlanInput): Plan {
  refuseCompiler(input.linux, input.mode === 'full' ? input.tools : {});
  const used = new Set<string>();
  const source = (name: string, recipe: Source): Source => {
    used.add(name);
    return input.overrides[name] ?? recipe;
  };
  const provider = input.linux.layer7 ?? input.iptables.layer7;
  const parts: PlanParts = {
    input,
    source,
    builder: builderRoles(input),
    provider: fetched('layer7', provider?.name, provider?.layer7, source),
    definitions: fetched(
      'protocols',
      input.fetchedDefinitions?.name,
      input.fetchedDefinitions?.protocols,
      source,
    ),
  };
  const kernel = input.mode === 'full' ? fullKernel(parts) : moduleKernel(parts, moduleOf(input));
  const guest = userland(parts);
  const tasks = [
    ...parts.builder.tasks,
    ...parts.provider.tasks,
    ...parts.definitions.tasks,
    ...kernel.tasks,
    ...iptablesTasks(parts),
    ...guest.tasks,
    ...packageTasks(parts, kernel),
    ...guestTasks(parts, { kernel, guest }),
  ];
  refuseUnknownOverrides(input.overrides, used);
  return { name: input.linux.version, mode: input.mode, tasks };
}

/** The tasks that bring a source of which others read files; none where the run has no such source. */
function fetched(
  name: string,
  what: string | undefined,
  spec: SourceSpec | undefined,
  source: PlanParts['source'],
): Roles {
  if (what === undefined || spec === undefined) return { tasks: [], needs: {} };
  return {
    tasks: [fetchTask(name, what, source(name, spec.source)), unpackTask(name, what, spec.unpack)],
    needs: { [name]: `unpack:${name}` },
  };
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

function iptablesTasks({ input, source, builder, provider }: PlanParts): Task[] {
  const { version, iptables, configure, layer7, libc } = input.iptables;
  // A recipe may mend what a provider's extension lacks for this version.
  const series = [...(layer7?.iptables ?? []), ...input.iptables.series];
  return [
    fetchTask('iptables', `iptables ${version}`, source('iptables', iptables.source)),
    unpackTask('iptables', `iptables ${version}`, iptables.unpack),
    {
      id: 'patch:iptables',
      verb: 'patch',
      title: `patch iptables ${version}`,
      needs: { tree: 'unpack:iptables', ...(layer7 === undefined ? {} : provider.needs) },
      params: { series: neededSeries(series, input.tools), fuzz: 0 },
      host: {},
    },
    {
      id: 'compile:iptables',
      verb: 'compile',
      title: `compile iptables ${version}`,
      needs: { tree: 'unpack:iptables', patch: 'patch:iptables', ...builder.needs },
      tools: builder.tools,
      params: { what: 'iptables', configure, libc },
      host: { ...input.host.toolchain, ...(libc === 'musl' ? input.host.musl : {}) },
    },
  ];
}

function packageTasks({ input, definitions }: PlanParts, kernel: KernelRoles): Task[] {
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
    ...(kernel.sources === undefined ? [] : [dkmsTask(kernel.sources, input.version)]),
    archive('iptables', 'compile:iptables', 'root'),
    {
      id: 'package:l7-protocols',
      verb: 'package',
      title: 'package l7-protocols.tar.zst',
      needs: definitions.needs,
      params: {
        archive: 'l7-protocols.tar.zst',
        definitions: input.definitions,
        prefix: 'etc/l7-protocols',
      },
      host: {},
    },
  ];
}

/** The match's sources, laid out as DKMS finds them below /usr/src. */
function dkmsTask(from: string, version: string): Task {
  const dkms = { name: 'xt-layer7', version };
  return {
    id: 'package:dkms',
    verb: 'package',
    title: 'package dkms.tar.zst',
    needs: { from },
    params: {
      archive: 'dkms.tar.zst',
      directory: 'overlay',
      dkms,
      prefix: `usr/src/${dkms.name}-${version}`,
    },
    host: {},
  };
}

function guestTasks(
  { input, builder, definitions }: PlanParts,
  { kernel, guest }: { readonly kernel: KernelRoles; readonly guest: Roles },
): Task[] {
  const { linux, iptables, host } = input;
  const image: Task = {
    id: 'image:initramfs',
    verb: 'image',
    title: 'image initramfs.cpio.gz',
    needs: {
      ...kernel.image,
      iptables: 'compile:iptables',
      ...guest.needs,
      ...definitions.needs,
      ...builder.needs,
    },
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
      params: {
        scenarios: input.scenarios,
        ...(input.brought === undefined ? {} : { brought: input.brought }),
        era: linux.era,
        backends: iptables.backends,
        families: linux.families,
      },
      host: host.vm,
    },
  ];
}
