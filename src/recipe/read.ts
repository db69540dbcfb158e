// SPDX-License-Identifier: GPL-2.0-only
import type * as z from 'zod/mini';
import type { ProjectFile } from '../model/recipe.js';
import { MAX_BYTES } from './bounds.js';
import { namingKey, recipePath, requireRecipe, type RecipeKind } from './directory.js';
import { explain } from './explain.js';
import { Unusable, projectBytes } from './project-file.js';
import { References } from './references.js';
import { refused, wholeFile } from './refuse.js';
import { decodeUtf8 } from './utf8.js';
import { parseYaml } from './yaml.js';

/** What every recipe says of itself. */
type Titled = { readonly version: string } | { readonly name: string };

/** A recipe that its schema has checked; what it refers to is still to be found. */
export interface CheckedWords<W> {
  readonly words: W;
  readonly file: ProjectFile;
  readonly references: References;
}

/**
 * Reads and checks the recipe of a version, or of a name.
 *
 * @param root the project's folder without symbolic links
 * @throws Failed `unknown-recipe`, `recipe-invalid`
 */
export async function readRecipe<W extends Titled>(
  root: string,
  kind: RecipeKind,
  version: string,
  schema: z.ZodMiniType<W>,
): Promise<CheckedWords<W>> {
  await requireRecipe(root, kind, version);
  const path = recipePath(kind, version);
  const { file, bytes } = await projectBytes(root, path, MAX_BYTES).catch((error: unknown) => {
    if (error instanceof Unusable) throw refused([wholeFile(path, error.why, error.hint)]);
    throw error;
  });
  const yaml = parseYaml(decodeUtf8(path, bytes));
  const checked = schema.safeParse(yaml.data, { jitless: true });
  if (!checked.success) throw refused(explain(checked.error.issues, schema, yaml));
  const references = new References(root, yaml);
  const named = 'version' in checked.data ? checked.data.version : checked.data.name;
  if (named !== version) {
    const key = namingKey(kind);
    references.complain(
      [key],
      `the ${key} is ${named}, but the recipe is ${path}`,
      'make them the same',
    );
  }
  return { words: checked.data, file, references };
}
