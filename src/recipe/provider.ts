// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path/posix';
import type { ProviderRecipe, Series } from '../model/recipe.js';
import { realRoot } from './directory.js';
import { readRecipe } from './read.js';
import { refused } from './refuse.js';
import { providerSchema } from './schema/provider.js';
import { toSourceSpec } from './schema/source.js';

/** The source that a provider's files come from, as in `--source layer7=PATH`. */
const SOURCE = 'layer7';

/**
 * The recipe of a layer7 match that others publish.
 *
 * @param projectRoot the project's folder
 * @param name as the user typed it; need not be well-formed
 * @throws Failed `unknown-recipe` with suggestions, `recipe-invalid` with all faults and their places
 */
export async function loadProvider(projectRoot: string, name: string): Promise<ProviderRecipe> {
  const root = await realRoot(projectRoot);
  const { words, file, references } = await readRecipe(root, 'layer7', name, providerSchema);
  const { linux, iptables } = words;
  const [linuxFixes, iptablesFixes] = await Promise.all([
    references.patches(linux.fixes ?? [], ['linux', 'fixes']),
    references.patches(iptables.fixes ?? [], ['iptables', 'fixes']),
  ]);
  if (references.faults.length > 0) throw refused(references.faults);
  const extension = iptables.files.map((each) => ({
    source: SOURCE,
    path: join(iptables.from, each),
  }));
  const fixes = (patches: Series['patches']): Series[] =>
    patches.length === 0 ? [] : [{ name: `${name}-fixes`, patches, overlays: [] }];
  return {
    kind: 'layer7',
    name,
    summary: words.summary,
    file,
    layer7: toSourceSpec(words),
    linux: [
      { name, patches: [{ source: SOURCE, path: linux.patch }], overlays: [] },
      ...fixes(linuxFixes),
    ],
    iptables: [
      {
        name,
        patches: [],
        overlays: [{ from: iptables.from, to: iptables.to, files: extension }],
      },
      ...fixes(iptablesFixes),
    ],
  };
}
