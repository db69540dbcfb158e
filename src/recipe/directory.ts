// SPDX-License-Identifier: GPL-2.0-only
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../host/space.js';
import { Failed } from '../model/failure.js';
import { nearestVersions } from './nearest.js';
import { printable } from './printable.js';
import { compare, refused, wholeFile } from './refuse.js';
import { VERSION, compareVersions } from './version.js';

/** Names with versions in them. */
const NAME = /^[a-z0-9][a-z0-9.-]*$/;

/** Where the recipes of a kind lie, and what names they can have. */
const KINDS = {
  linux: { folder: 'recipes/linux', suffix: '.yaml', named: 'version', pattern: VERSION },
  iptables: { folder: 'recipes/iptables', suffix: '.yaml', named: 'version', pattern: VERSION },
  era: { folder: 'recipes/eras', suffix: '.yaml', named: 'name', pattern: NAME },
  layer7: { folder: 'recipes/layer7', suffix: '.yaml', named: 'name', pattern: NAME },
  scenario: { folder: 'recipes/scenarios', suffix: '.yaml', named: 'name', pattern: NAME },
  definitions: { folder: 'recipes/definitions', suffix: '.yaml', named: 'name', pattern: NAME },
  exercise: { folder: 'recipes/exercises', suffix: '.yaml', named: 'name', pattern: NAME },
  topology: { folder: 'recipes/topologies', suffix: '.yaml', named: 'name', pattern: NAME },
  userland: { folder: 'recipes/userlands', suffix: '.yaml', named: 'name', pattern: NAME },
  busybox: { folder: 'recipes/busybox', suffix: '.yaml', named: 'version', pattern: VERSION },
  toolchain: {
    folder: 'containers',
    suffix: '/toolchain.yaml',
    named: 'name',
    pattern: /^[a-z][a-z0-9.-]*$/,
  },
} as const;

export type RecipeKind = keyof typeof KINDS;

/** The project's folder without symbolic links, which all other paths are compared with. */
export function realRoot(projectRoot: string): Promise<string> {
  return realpath(projectRoot);
}

/** Names that have a recipe: versions oldest first, other names in order. */
export async function recipeVersions(root: string, kind: RecipeKind): Promise<string[]> {
  const { folder, suffix, named, pattern } = KINDS[kind];
  const found = await readdir(join(root, folder), { withFileTypes: true }).catch(
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    },
  );
  const versions = suffix.startsWith('/')
    ? found.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    : found
        .map(({ name }) => name)
        .filter((name) => name.endsWith(suffix))
        .map((name) => name.slice(0, -suffix.length));
  const odd = versions.filter((version) => !pattern.test(version));
  if (odd.length > 0) {
    throw refused(
      odd.map((version) =>
        wholeFile(
          printable(recipePath(kind, version)),
          named === 'version'
            ? 'the name of the file is not a version'
            : `the name is no name of a ${kind}`,
          named === 'version'
            ? 'name it <version>.yaml, such as 6.1.yaml; the version starts with a digit'
            : 'use small letters, digits, - and .',
        ),
      ),
    );
  }
  return versions.toSorted(named === 'version' ? compareVersions : compare);
}

/** Path of a recipe below the project's root. */
export function recipePath(kind: RecipeKind, version: string): string {
  const { folder, suffix } = KINDS[kind];
  return `${folder}/${version}${suffix}`;
}

/** What a recipe of that kind is called by: the name of its first key. */
export function namingKey(kind: RecipeKind): 'version' | 'name' {
  return KINDS[kind].named;
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
        ? `${KINDS[kind].folder} is empty; ${add}`
        : `there is: ${known.join(', ')}; ${add}`,
    ],
  });
}
