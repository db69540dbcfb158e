// SPDX-License-Identifier: GPL-2.0-only
import { basename, join } from 'node:path';
import type { ProjectFile } from '../model/recipe.js';
import type { StepContext } from '../model/step.js';
import { installLayout } from '../protocols/install.js';
import { loadSet } from '../protocols/set.js';

/** A definition file that is to be installed. */
export interface Definition {
  /** In the directory of definitions, such as `http.pat`. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
}

/**
 * The definition files of a run, sorted by name: those of the project and, under the role `protocols`, a
 * fetched set. Of a name in both, the project's.
 *
 * @throws Failed `definition-invalid` if the fetched set cannot be used
 */
export async function definitionsOf(
  files: readonly ProjectFile[],
  { project, needs }: Pick<StepContext, 'project' | 'needs'>,
): Promise<Definition[]> {
  const own = files.map(({ path }) => ({ name: basename(path), path: join(project, path) }));
  const { protocols } = needs;
  if (protocols === undefined) return own;
  const { files: fetched } = installLayout([await loadSet(protocols.dir)]);
  const taken = new Set(own.map(({ name }) => name));
  const others = fetched
    .filter(({ name }) => !taken.has(name))
    .map(({ name, from }) => ({ name, path: from.path }));
  return [...own, ...others].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
