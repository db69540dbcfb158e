// SPDX-License-Identifier: GPL-2.0-only
import type { ProjectFile } from '../model/recipe.js';
import { realRoot, recipePath, requireRecipe } from './directory.js';
import { projectFile } from './project-file.js';

/**
 * The file of a scenario.
 *
 * @param projectRoot the project's folder
 * @param name as the user typed it; need not be well-formed
 * @throws Failed `unknown-recipe` with suggestions
 */
export async function scenarioFile(projectRoot: string, name: string): Promise<ProjectFile> {
  const root = await realRoot(projectRoot);
  await requireRecipe(root, 'scenario', name);
  return projectFile(root, recipePath('scenario', name));
}
