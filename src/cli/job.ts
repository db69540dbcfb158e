// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holdTo, readLock } from '../bundle/lock.js';
import type { FetchPolicy } from '../model/step.js';
import type {
  BusyboxRecipe,
  IptablesRecipe,
  LinuxRecipe,
  ProjectFile,
  ProviderRecipe,
  ToolchainRecipe,
} from '../model/recipe.js';
import { Failed } from '../model/failure.js';
import type { Builder, BuilderName } from '../model/runtime.js';
import type { Plan } from '../model/task.js';
import type { PlanInput } from '../plan/input.js';
import { makePlan } from '../plan/plan.js';
import { VERSION } from './version.js';
import { versionsOfPackages, versionsOfPrograms } from '../plan/tool-versions.js';
import { projectFile } from '../recipe/project-file.js';
import { filesBelow } from '../recipe/project-folder.js';
import {
  loadGuestBusybox,
  loadIptablesRecipe,
  loadLinuxRecipe,
  loadProvider,
  loadToolchain,
} from '../recipe/index.js';
import { loadScenario } from '../scenario/load.js';
import { broughtBy } from '../scenario/samples.js';
import { chooseBuilder, type Choice } from '../runtimes/choose.js';
import { openBuilder } from '../runtimes/index.js';
import { chooseDefinitions, type ChosenDefinitions } from './definitions.js';
import { fetchPolicy, type BuildOptions } from './build-options.js';
import { localSources, wordOf } from './local-sources.js';
import { muslFacts, userlandFacts, vmFacts } from './host-facts.js';
import { PROJECT } from './paths.js';

/** The recipes that a command line stands for. */
export interface Chosen extends ChosenDefinitions {
  readonly linux: LinuxRecipe;
  readonly iptables: IptablesRecipe;
  /** The guest's; undefined where the host's will do. */
  readonly busybox?: BusyboxRecipe;
  readonly toolchain: ToolchainRecipe;
  readonly scenarios: readonly ProjectFile[];
  /** What the scenarios bring beside their own files. */
  readonly brought?: readonly ProjectFile[];
  /** What lies in guest/. */
  readonly guest: readonly ProjectFile[];
}

/** Everything a run needs to know before it starts. */
export interface Job {
  readonly chosen: Chosen;
  readonly plan: Plan;
  readonly builder: Builder;
  readonly policy: FetchPolicy;
  /** What the user put in place of sources, in words that mean the same for good. */
  readonly source: BuildOptions['source'];
  readonly host: Readonly<Record<string, string>>;
}

type Words = Pick<BuildOptions, 'kernel' | 'iptables' | 'layer7' | 'toolchain' | 'protocols'>;

/**
 * Loads and checks the recipes a command line names.
 *
 * @throws Failed `unknown-recipe`, `recipe-invalid`, `definition-invalid`, `not-applicable`
 */
export async function choose(options: Words): Promise<Chosen> {
  const linux = await loadLinuxRecipe(PROJECT, options.kernel);
  const [iptables, provider, toolchain, definitions, scenarios, guest, busybox] = await Promise.all(
    [
      loadIptablesRecipe(PROJECT, options.iptables ?? linux.iptables),
      options.layer7 === undefined ? undefined : loadProvider(PROJECT, options.layer7),
      loadToolchain(PROJECT, options.toolchain ?? linux.toolchain),
      chooseDefinitions(PROJECT, options.protocols ?? linux.protocols),
      chooseScenarios(linux.scenarios),
      filesBelow(PROJECT, 'guest'),
      linux.era.userland === 'musl' ? loadGuestBusybox(PROJECT) : undefined,
    ],
  );
  return {
    linux: from(provider ?? linux.layer7, linux),
    // One source at a time: the kernel's provider has the extension that goes with it.
    iptables: from(provider ?? linux.layer7 ?? iptables.layer7, fitting(iptables, linux)),
    toolchain,
    ...definitions,
    ...scenarios,
    guest,
    ...(busybox === undefined ? {} : { busybox }),
  };
}

/** Scenarios by name, with all that a run of them depends on. @throws Failed `recipe-invalid` */
async function chooseScenarios(
  names: readonly string[],
): Promise<Pick<Chosen, 'scenarios' | 'brought'>> {
  const paths = names.map((name) => `recipes/scenarios/${name}.yaml`);
  const [scenarios, loaded] = await Promise.all([
    Promise.all(paths.map((path) => projectFile(PROJECT, path))),
    Promise.all(paths.map((path) => loadScenario(PROJECT, path))),
  ]);
  const brought = await broughtBy(PROJECT, loaded);
  return { scenarios, ...(brought.length === 0 ? {} : { brought }) };
}

/** A recipe with another provider of the match, where it has one at all. */
function from<R extends Pick<LinuxRecipe, 'layer7'>>(
  provider: ProviderRecipe | undefined,
  recipe: R,
): R {
  return recipe.layer7 === undefined || provider === undefined
    ? recipe
    : { ...recipe, layer7: provider };
}

/**
 * An iptables as a kernel can use it: with the back ends that it has tables for.
 *
 * @throws Failed `not-applicable` if there are none
 */
function fitting(iptables: IptablesRecipe, linux: LinuxRecipe): IptablesRecipe {
  const backends = iptables.backends.filter((one) => linux.backends?.includes(one) ?? true);
  if (backends.length > 0) return { ...iptables, backends };
  const had = (linux.backends ?? []).join(' and ');
  throw new Failed({
    reason: 'not-applicable',
    message: `linux ${linux.version} has tables for ${had}, and iptables ${iptables.version} yields ${iptables.backends.join(' and ')}`,
    hints: [`leave out --iptables: the recipe takes ${linux.iptables}`],
  });
}

/** True if something is compiled with musl. */
export function usesMusl({ busybox, iptables }: Pick<Chosen, 'busybox' | 'iptables'>): boolean {
  return busybox !== undefined || iptables.libc === 'musl';
}

/** The builder that a command line stands for, and why. */
export async function decideBuilder(
  { toolchain }: Chosen,
  options: Pick<BuildOptions, 'builder' | 'toolchain'>,
  cache: string,
): Promise<Choice> {
  if (options.builder !== 'auto') return { name: options.builder, why: 'it was asked for' };
  return chooseBuilder({ toolchain, exactly: options.toolchain !== undefined }, { cache });
}

/** The options that decide what a run does, and not how it is shown. */
type PlanOptions = Pick<
  BuildOptions,
  'source' | 'jobs' | 'mode' | 'verify' | 'locked' | 'mirror' | 'offline' | 'keyring'
>;

/** Looks at the host and plans the run. Starts no step. */
export async function prepare(
  chosen: Chosen,
  choice: Choice,
  options: PlanOptions,
  cache: string,
  signal: AbortSignal,
): Promise<Job> {
  const ownTools = choice.name === 'host';
  const overrides = await localSources(options.source, signal);
  const [opened, userland, musl, vm] = await Promise.all([
    openBuilder(choice.name, { cache, jobs: options.jobs }),
    userlandFacts({
      busybox: chosen.busybox === undefined,
      libraries: ownTools && chosen.iptables.libc === 'glibc',
    }),
    ownTools && usesMusl(chosen) ? muslFacts() : Promise.resolve({}),
    options.verify ? vmFacts(cache) : Promise.resolve({}),
  ]);
  const builder = { ...opened, why: `${choice.why}; ${opened.why}` };
  const plan = planned(chosen, options, {
    builder: builder.name,
    overrides,
    tools:
      builder.toolchain === undefined
        ? versionsOfPackages(chosen.toolchain)
        : versionsOfPrograms(builder.toolchain),
    host: { toolchain: builder.toolchain ?? {}, musl, userland, vm },
  });
  return {
    chosen,
    plan,
    builder,
    policy: {
      ...fetchPolicy(options),
      ...(options.locked === undefined ? {} : await locked(plan, options.locked)),
    },
    source: Object.fromEntries(
      Object.entries(overrides).map(([name, source]) => [name, wordOf(source)]),
    ),
    host: { ...musl, ...userland, ...vm },
  };
}

/** @throws Failed `usage` if there is no such lock, or the plan is not what it is of */
async function locked(plan: Plan, file: string): Promise<Pick<FetchPolicy, 'locked'>> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) return holdTo(plan, readLock(text, file), file);
  throw new Failed({
    reason: 'usage',
    message: `there is no lock ${file}`,
    hints: ['write one, with the options of the build: l7build lock --kernel VERSION'],
  });
}

/** The plan of what was chosen, under circumstances that were looked at before. */
export function planned(
  { toolchain, ...recipes }: Chosen,
  { mode, verify }: Pick<BuildOptions, 'mode' | 'verify'>,
  {
    builder,
    ...circumstances
  }: Pick<PlanInput, 'overrides' | 'tools' | 'host'> & { readonly builder: BuilderName },
): Plan {
  return makePlan({
    ...recipes,
    ...circumstances,
    mode,
    verify,
    version: VERSION,
    // Only the builder that compiles with the machine's own tools needs no root.
    ...(builder === 'host' ? {} : { toolchain }),
    inVm: builder === 'qemu',
  });
}

/** Where the run delivers when the user names no folder. */
export function defaultOut(options: Pick<BuildOptions, 'kernel' | 'mode'>): string {
  return join('out', options.mode === 'full' ? options.kernel : `${options.kernel}-module`);
}
