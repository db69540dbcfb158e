// SPDX-License-Identifier: GPL-2.0-only
import { majorOf } from '../host/program-version.js';
import { osRelease } from '../host/os-release.js';
import { Failed } from '../model/failure.js';
import type { Builder, BuilderName } from '../model/runtime.js';
import type { ToolchainRecipe } from '../model/recipe.js';
import { openBuilder, type BuilderOptions } from './index.js';
import { hostToolchain } from './toolchain.js';

/** Builders with a root of their own, the quickest first. */
const WITH_ROOT = ['chroot', 'podman', 'docker', 'qemu'] as const satisfies BuilderName[];

/** A builder's name, and why it was taken, for people. */
export interface Choice {
  readonly name: BuilderName;
  readonly why: string;
}

/** The toolchain that a run wants, and whether the user named it. */
export interface Wanted {
  readonly toolchain: Pick<ToolchainRecipe, 'name' | 'suite' | 'compiler'>;
  /** Only the toolchain's own root will do, not the machine's compiler of the same version. */
  readonly exactly: boolean;
}

/**
 * The best builder of this machine: its own compiler, if that is the one that the recipe names, and else
 * the first builder with a root that works when it is tried. Where none does, the first is named: what it
 * needs can be installed.
 */
export async function chooseBuilder(wanted: Wanted, options: BuilderOptions): Promise<Choice> {
  const own = await ownCompiler(wanted);
  if (own.fits) return { name: 'host', why: own.why };
  for (const name of WITH_ROOT) {
    const found = await tryBuilder(name, options);
    if (typeof found !== 'string') return { name, why: own.why };
  }
  return { name: WITH_ROOT[0], why: own.why };
}

/** A builder that works here, or why it does not. */
export async function tryBuilder(
  name: BuilderName,
  options: BuilderOptions,
): Promise<Builder | string> {
  try {
    return await openBuilder(name, options);
  } catch (error) {
    if (error instanceof Failed) return error.failure.message;
    throw error;
  }
}

/** Whether the machine's own compiler will do. Where none is installed yet, the suite tells which it will be. */
async function ownCompiler({
  toolchain,
  exactly,
}: Wanted): Promise<{ fits: boolean; why: string }> {
  const { name, suite, compiler } = toolchain;
  if (exactly) return { fits: false, why: `the toolchain ${name} was asked for` };
  const { gcc } = await hostToolchain();
  if (gcc === undefined) {
    const { codename: here = 'system of another kind' } = await osRelease();
    const fits = here === suite;
    return { fits, why: `this machine is a ${here}, the toolchain ${name} of ${suite}` };
  }
  const major = majorOf(gcc) ?? '?';
  const fits = compiler === `gcc-${major}`;
  return {
    fits,
    why: `this machine compiles with gcc ${major}, ${fits ? 'as' : 'not as'} the toolchain ${name}`,
  };
}
