// SPDX-License-Identifier: GPL-2.0-only
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../host/space.js';
import { Failed } from '../model/failure.js';
import { nearestVersions } from './nearest.js';
import { printable } from './printable.js';
import { refused, wholeFile } from './refuse.js';
import { VERSION, compareVersions } from './version.js';

export type RecipeKind = 'linux' | 'iptables';

const SUFFIX = '.yaml';

/** The project's folder without symbolic links, which all other paths are compared with. */
export function realRoot(projectRoot: string): Promise<string> {
  return realpath(projectRoot);
}

/** Versions that have a recipe, oldest first: each is a file recipes/<kind>/<version>.yaml. */
export async function recipeVersions(root: string, kind: RecipeKind): Promise<string[]> {
  const names = await readdir(join(root, 'recipes', kind)).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const versions = names
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length));
  const odd = versions.filter((version) => !VERSION.test(version));
  if (odd.length > 0) {
    throw refused(
      odd.map((version) =>
        wholeFile(
          printable(recipePath(kind, version)),
          'the name of the file is not a version',
          'name it <version>.yaml, such as 6.1.yaml; the version starts with a digit',
        ),
      ),
    );
  }
  return versions.toSorted(compareVersions);
}

/** Path of a recipe below the project's root. */
export function recipePath(kind: RecipeKind, version: string): string {
  return `recipes/${kind}/${version}${SUFFIX}`;
}

/**
 * Makes sure that a recipe exists; a version is only ever compared with what is there.
 *
 * @throws Failed `unknown-recipe` with the nearest versions and all known ones
 */
export async function requireRecipe(
  root: string,
  kind: RecipeKind,
  version: string,
): Promise<void> {
  const known = await recipeVersions(root, kind);
  if (!known.includes(version)) throw unknownRecipe(kind, version, known);
}

function unknownRecipe(kind: RecipeKind, version: string, known: readonly string[]): Failed {
  const near = nearestVersions(version, known);
  const add = `to add it, see docs/extending.md`;
  return new Failed({
    reason: 'unknown-recipe',
    message: `there is no recipe for ${kind} ${printable(version)}`,
    hints: [
      ...(near.length === 0 ? [] : [`did you mean ${near.join(' or ')}?`]),
      known.length === 0
        ? `recipes/${kind} is empty; ${add}`
        : `there is: ${known.join(', ')}; ${add}`,
    ],
  });
}
