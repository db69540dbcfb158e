// SPDX-License-Identifier: GPL-2.0-only
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { ProjectFile } from '../model/recipe.js';
import { Unusable, projectFile, projectPath } from './project-file.js';
import { compare } from './refuse.js';

/** Files of one overlay. */
const MOST_FILES = 10_000;

/**
 * All files below a folder of the project, sorted by path. Links are refused, not followed: what is
 * laid over a tree is what lies here.
 *
 * @throws Unusable
 */
export async function filesBelow(root: string, folder: string): Promise<ProjectFile[]> {
  const top = await projectPath(root, folder, 'folder');
  const entries = await readdir(top, { recursive: true, withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries) {
    const absolute = join(entry.parentPath, entry.name);
    const path = `${folder}${absolute.slice(top.length).replaceAll(sep, '/')}`;
    if (entry.isDirectory()) continue;
    if (!entry.isFile()) {
      throw new Unusable(`${path} is neither a file nor a folder`, 'put a plain file in its place');
    }
    paths.push(path);
  }
  if (paths.length === 0) throw new Unusable(`${folder} holds no file`, 'name a folder with files');
  if (paths.length > MOST_FILES) {
    throw new Unusable(
      `${folder} holds more than ${String(MOST_FILES)} files`,
      'name a smaller folder',
    );
  }
  return Promise.all(paths.toSorted(compare).map((path) => projectFile(root, path)));
}
