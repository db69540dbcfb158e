// SPDX-License-Identifier: GPL-2.0-only
import type {
  BusyboxRecipe,
  DefinitionsRecipe,
  IptablesRecipe,
  LinuxRecipe,
  ProjectFile,
  ToolchainRecipe,
} from '../model/recipe.js';
import type { Source } from '../model/source.js';
import type { Task } from '../model/task.js';
import type { ToolVersions } from './needed-series.js';

/** Facts about the host that results depend on; gathered before planning, so that planning is pure. */
export interface HostFacts {
  /** The machine's tool versions, where the builder compiles with them; empty otherwise. */
  readonly toolchain: Readonly<Record<string, string>>;
  /** Digests of musl's library and of the kernel's headers, where the machine's are compiled with. */
  readonly musl: Readonly<Record<string, string>>;
  /** Digests of the machine's own files that go into the image: busybox, libraries. */
  readonly userland: Readonly<Record<string, string>>;
  /** QEMU's version and the accelerator chosen. */
  readonly vm: Readonly<Record<string, string>>;
}

export interface PlanInput {
  readonly linux: LinuxRecipe;
  readonly iptables: IptablesRecipe;
  /** Versions of the tools that the run compiles with. */
  readonly tools: ToolVersions;
  /** What goes into the guest; undefined for the machine's own. */
  readonly busybox?: BusyboxRecipe;
  readonly mode: 'full' | 'module';
  /** The program's own version, which the match's package for DKMS has as well. */
  readonly version: string;
  readonly definitions: readonly ProjectFile[];
  /** Definitions that others publish; of a name in both, the project's file is installed. */
  readonly fetchedDefinitions?: DefinitionsRecipe;
  /** What lies in guest/. */
  readonly guest: readonly ProjectFile[];
  readonly scenarios: readonly ProjectFile[];
  /** What the scenarios bring beside their own files. */
  readonly brought?: readonly ProjectFile[];
  /** Sources that the user put in place of a recipe's, by name. */
  readonly overrides: Readonly<Record<string, Source>>;
  /** False for --no-verify. */
  readonly verify: boolean;
  readonly host: HostFacts;
  /** The root that the builder compiles in; undefined for the machine's own tools. */
  readonly toolchain?: ToolchainRecipe;
  /** The builder runs commands in a virtual machine. */
  readonly inVm: boolean;
}

/** What a run's plan is made of besides the kernel's part. */
export interface PlanParts {
  readonly input: PlanInput;
  /** The source of that name that is to be used, in place of the recipe's if the user said so. */
  readonly source: (name: string, recipe: Source) => Source;
  readonly builder: BuilderRoles;
  /** The match that others publish, where the run has one: `unpack:layer7`. */
  readonly provider: Roles;
  /** The definitions that others publish, where the run has some: `unpack:protocols`. */
  readonly definitions: Roles;
}

/** Tasks, and the roles under which others need what they yield. */
export interface Roles {
  readonly tasks: readonly Task[];
  readonly needs: Readonly<Record<string, string>>;
}

/** The builder's tasks, and what they mean to a task that runs commands in the builder. */
export interface BuilderRoles extends Roles {
  readonly tools: Readonly<Record<string, string>>;
}
