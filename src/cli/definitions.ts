// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { Failed } from '../model/failure.js';
import type { DefinitionsRecipe, ProjectFile } from '../model/recipe.js';
import { installLayout } from '../protocols/install.js';
import { loadSet } from '../protocols/set.js';
import { definitionsNames, loadDefinitions } from '../recipe/index.js';

/** Where each definition set lies in the project. */
const SETS: Readonly<Record<string, string>> = { l7build: 'recipes/protocols' };

/**
 * The folder of a definition set, below the project's root.
 *
 * @throws Failed `usage` for an unknown set, naming those that there are
 */
export function setFolder(name: string): string {
  const folder = Object.hasOwn(SETS, name) ? SETS[name] : undefined;
  if (folder !== undefined) return folder;
  throw noSet(name, Object.keys(SETS));
}

function noSet(name: string, known: readonly string[]): Failed {
  return new Failed({
    reason: 'usage',
    message: `there is no definition set ${name}`,
    hints: [`the sets are: ${known.join(', ')}`],
  });
}

/** The definitions that a choice of sets stands for. */
export interface ChosenDefinitions {
  /** Files of the project, each protocol once: of two with a name the earlier set's. */
  readonly definitions: readonly ProjectFile[];
  /** The set that has to be fetched, if there is one. */
  readonly fetchedDefinitions?: DefinitionsRecipe;
}

/**
 * Finds the sets of a command line: the project's own, and one that others publish.
 *
 * @throws Failed `usage` for an unknown set, naming those that there are; `recipe-invalid`, `definition-invalid`
 */
export async function chooseDefinitions(
  project: string,
  sets: readonly string[],
): Promise<ChosenDefinitions> {
  const folders = sets.filter((name) => Object.hasOwn(SETS, name)).map(setFolder);
  const [other, ...more] = sets.filter((name) => !Object.hasOwn(SETS, name));
  if (more.length > 0) {
    throw new Failed({
      reason: 'usage',
      message: `${[other, ...more].join(' and ')}: one set can be fetched at a time`,
      hints: ['name one of them, beside the sets of the project'],
    });
  }
  const published = await definitionsNames(project);
  if (other !== undefined && !published.includes(other)) {
    throw noSet(other, [...Object.keys(SETS), ...published]);
  }
  const loaded = await Promise.all(folders.map((folder) => loadSet(join(project, folder), folder)));
  return {
    definitions: installLayout(loaded).files.map(({ from }) => from),
    ...(other === undefined ? {} : { fetchedDefinitions: await loadDefinitions(project, other) }),
  };
}
