// SPDX-License-Identifier: GPL-2.0-only
import type { ToolchainRecipe } from '../model/recipe.js';
import { realRoot, recipeVersions } from './directory.js';
import { requireLock } from './lock-file.js';
import { Unusable, projectFile } from './project-file.js';
import { readRecipe } from './read.js';
import { refused, wholeFile } from './refuse.js';
import { toSourceSpec } from './schema/source.js';
import { toolchainSchema } from './schema/toolchain.js';

/** A toolchain's recipe before its packages are pinned. */
export type UnlockedToolchain = Omit<ToolchainRecipe, 'lock'>;

/** Path of a toolchain's lock below the project's root. */
export function lockPath(name: string): string {
  return `containers/${name}/packages.lock`;
}

/** Names of the project's toolchains, in order. */
export async function toolchainNames(projectRoot: string): Promise<string[]> {
  return recipeVersions(await realRoot(projectRoot), 'toolchain');
}

/**
 * The recipe of a toolchain, checked, with its lock.
 *
 * @param projectRoot the project's folder
 * @param name as the user typed it; need not be well-formed
 * @throws Failed `unknown-recipe` with suggestions, `recipe-invalid` with all faults and their places
 */
export async function loadToolchain(projectRoot: string, name: string): Promise<ToolchainRecipe> {
  const recipe = await loadUnlocked(projectRoot, name);
  const lock = await requireLock(projectRoot, { ...recipe, lockPath: lockPath(name) });
  return { ...recipe, lock };
}

/** The recipe alone, as one has it before the first lock. @throws Failed as `loadToolchain` */
export async function loadUnlocked(projectRoot: string, name: string): Promise<UnlockedToolchain> {
  const root = await realRoot(projectRoot);
  const { words, file, references } = await readRecipe(root, 'toolchain', name, toolchainSchema);
  const path = `containers/${name}/Containerfile`;
  const containerfile = await projectFile(root, path).catch((error: unknown) => {
    if (!(error instanceof Unusable)) throw error;
    references.faults.push(wholeFile(path, error.why, 'docs/toolchains.md says what it holds'));
    return { path, sha256: '' };
  });
  if (references.faults.length > 0) throw refused(references.faults);
  return {
    kind: 'toolchain',
    name,
    summary: words.summary,
    file,
    containerfile,
    suite: words.suite,
    compiler: words.compiler,
    packages: words.packages,
    base: words.base,
    vm: toSourceSpec({ source: words.vm }),
  };
}
