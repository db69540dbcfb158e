// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../host/hash.js';
import { Failed } from '../model/failure.js';
import type { ProjectFile } from '../model/recipe.js';

/** Bytes of the largest patch or whole file taken; the kernel's own largest release patch is smaller. */
const LARGEST = 64 * 1024 * 1024;

/**
 * Reads a file that a recipe refers to.
 *
 * @param project the project's root
 * @throws Failed `recipe-invalid` if it was changed since the recipe was read, is missing or too large
 */
export async function readProjectFile(project: string, file: ProjectFile): Promise<Buffer> {
  const content = await readFile(join(project, file.path)).catch((error: unknown) => {
    throw invalid(`${file.path} cannot be read: ${String(error)}`);
  });
  if (content.length > LARGEST) throw invalid(`${file.path} is larger than 64 MiB`);
  if (sha256(content) === file.sha256) return content;
  throw invalid(`${file.path} was changed while the run went on`, 'run again');
}

function invalid(message: string, hint?: string): Failed {
  return new Failed({
    reason: 'recipe-invalid',
    message,
    ...(hint === undefined ? {} : { hints: [hint] }),
  });
}
