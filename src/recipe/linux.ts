// SPDX-License-Identifier: GPL-2.0-only
import type { LinuxRecipe, ModuleMode } from '../model/recipe.js';
import { realRoot } from './directory.js';
import { loadEra } from './era.js';
import { readRecipe } from './read.js';
import { refused } from './refuse.js';
import { linuxSchema, type LinuxWords } from './schema/linux.js';
import { toSource } from './schema/source.js';

/**
 * The recipe of a kernel, checked, with the digest of every file that it refers to.
 *
 * @param projectRoot the project's folder
 * @param version as the user typed it; need not be well-formed
 * @throws Failed `unknown-recipe` with suggestions, `recipe-invalid` with all faults and their places
 */
export async function loadLinuxRecipe(projectRoot: string, version: string): Promise<LinuxRecipe> {
  const root = await realRoot(projectRoot);
  const { words, file, references } = await readRecipe(root, 'linux', version, linuxSchema);
  const [series, config] = await Promise.all([
    references.series(words.series),
    references.config(words.config),
    references.recipe('era', words.era, ['era']),
    references.recipe('iptables', words.iptables, ['iptables']),
    references.recipe('toolchain', words.toolchain, ['toolchain']),
    references.scenario(words.verify.scenario, ['verify', 'scenario']),
  ]);
  if (references.faults.length > 0) throw refused(references.faults);
  return {
    kind: 'linux',
    version,
    summary: words.summary,
    file,
    arch: words.arch,
    era: await loadEra(root, words.era),
    linux: { source: toSource(words.source, words.unpack), unpack: words.unpack ?? {} },
    series,
    config,
    toolchain: words.toolchain,
    iptables: words.iptables,
    protocols: words.protocols,
    scenario: words.verify.scenario,
    guestModules: words.verify.modules,
    ...(words.module === undefined ? {} : { module: moduleMode(words.module) }),
  };
}

function moduleMode({ headers, image }: NonNullable<LinuxWords['module']>): ModuleMode {
  return {
    headers: { source: toSource(headers), unpack: {} },
    image: { source: toSource(image), unpack: {} },
  };
}
