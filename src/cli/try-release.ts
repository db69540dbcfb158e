// SPDX-License-Identifier: GPL-2.0-only
import type { Failure } from '../model/failure.js';
import type { LedgerLine } from '../model/ledger.js';
import type { LinuxRecipe } from '../model/recipe.js';
import type { Plan } from '../model/task.js';
import { fetchTask, unpackTask } from '../plan/tasks.js';
import type { Release } from '../sources/index.js';
import { runFetches, type FetchCircumstances } from './fetch-sources.js';
import { patchStatus } from './patch-command.js';
import { PROJECT } from './paths.js';

/** How a recipe's series went on a release: the ledger, or why it could not be tried. */
export type Tried = { readonly version: string } & (
  { readonly ledger: readonly LedgerLine[] } | { readonly failure: Failure }
);

/** Fetches a release, unpacks it and applies the recipe's series to it; in the store are then its sources. */
export async function tryRelease(
  recipe: LinuxRecipe,
  { version, source }: Release,
  circumstances: FetchCircumstances,
): Promise<Tried> {
  const { signal } = circumstances;
  let ledger: readonly LedgerLine[] = [];
  const failure = await runFetches(
    planOf(recipe, { version, source }),
    circumstances,
    async (results) => {
      const trees = new Map(results.map(({ task, entry }) => [task.id, entry.dir]));
      ledger = await patchStatus(
        { kernel: recipe.version, fuzz: 0 },
        {
          project: PROJECT,
          signal,
          recipe: () => Promise.resolve(recipe),
          cachedTree: (name) => Promise.resolve(trees.get(`unpack:${name}`)),
        },
      );
    },
  );
  return failure === undefined ? { version, ledger } : { version, failure };
}

/** The release in the place of the recipe's source, and the match where that is fetched too. */
function planOf({ linux, layer7 }: LinuxRecipe, { version, source }: Release): Plan {
  const what = `linux ${version}`;
  return {
    name: version,
    mode: 'full',
    tasks: [
      fetchTask('linux', what, source),
      unpackTask('linux', what, linux.unpack),
      ...(layer7 === undefined
        ? []
        : [
            fetchTask('layer7', layer7.name, layer7.layer7.source),
            unpackTask('layer7', layer7.name, layer7.layer7.unpack),
          ]),
    ],
  };
}
