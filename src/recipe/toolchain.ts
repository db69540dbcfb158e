// SPDX-License-Identifier: GPL-2.0-only
import type { ToolchainRecipe } from '../model/recipe.js';
import { MAX_BYTES } from './bounds.js';
import { realRoot } from './directory.js';
import { parseLock } from './packages-lock.js';
import { projectBytes, projectFile } from './project-file.js';
import { readRecipe } from './read.js';
import { refused } from './refuse.js';
import { toSource } from './schema/source.js';
import { toolchainSchema } from './schema/toolchain.js';
import { decodeUtf8 } from './utf8.js';

/**
 * The recipe of a toolchain, checked, with its lock.
 *
 * @param projectRoot the project's folder
 * @param name as the user typed it; need not be well-formed
 * @throws Failed `unknown-recipe` with suggestions, `recipe-invalid` with all faults and their places
 */
export async function loadToolchain(projectRoot: string, name: string): Promise<ToolchainRecipe> {
  const root = await realRoot(projectRoot);
  const { words, file, references } = await readRecipe(root, 'toolchain', name, toolchainSchema);
  const lock = `containers/${name}/packages.lock`;
  const [{ bytes }, containerfile] = await Promise.all([
    projectBytes(root, lock, MAX_BYTES),
    projectFile(root, `containers/${name}/Containerfile`),
  ]);
  const { source, faults } = parseLock(decodeUtf8(lock, bytes).text, lock);
  if (references.faults.length + faults.length > 0) {
    throw refused([...references.faults, ...faults]);
  }
  return {
    kind: 'toolchain',
    name,
    summary: words.summary,
    file,
    containerfile,
    suite: words.suite,
    compiler: words.compiler,
    packages: words.packages,
    lock: source,
    base: words.base,
    vm: { source: toSource(words.vm), unpack: {} },
  };
}
