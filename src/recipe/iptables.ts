// SPDX-License-Identifier: GPL-2.0-only
import type { IptablesRecipe } from '../model/recipe.js';
import { realRoot } from './directory.js';
import { loadProvider } from './provider.js';
import { readRecipe } from './read.js';
import { refused } from './refuse.js';
import { iptablesSchema } from './schema/iptables.js';
import { toSourceSpec } from './schema/source.js';

/**
 * The recipe of an iptables, checked, with the digest of every file that it refers to.
 *
 * @param projectRoot the project's folder
 * @param version as the user typed it; need not be well-formed
 * @throws Failed `unknown-recipe` with suggestions, `recipe-invalid` with all faults and their places
 */
export async function loadIptablesRecipe(
  projectRoot: string,
  version: string,
): Promise<IptablesRecipe> {
  const root = await realRoot(projectRoot);
  const { words, file, references } = await readRecipe(root, 'iptables', version, iptablesSchema);
  const series = await references.series(words.series ?? []);
  if (words.layer7 !== undefined) await references.recipe('layer7', words.layer7, ['layer7']);
  if (references.faults.length > 0) throw refused(references.faults);
  return {
    kind: 'iptables',
    version,
    summary: words.summary,
    ...(words.unverified === undefined ? {} : { unverified: words.unverified }),
    file,
    iptables: toSourceSpec(words),
    series,
    ...(words.layer7 === undefined ? {} : { layer7: await loadProvider(root, words.layer7) }),
    configure: words.configure,
    libc: words.libc,
    backends: words.backends,
  };
}
