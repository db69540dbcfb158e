// SPDX-License-Identifier: GPL-2.0-only
import type { Manifest } from '../model/store.js';
import type { Task } from '../model/task.js';
import { digestOf } from './store.js';

/**
 * Digest of what a task reads of an output that it needs, for the task's key: all of it, but that an edit of
 * a C file does not let the configuration be resolved once more.
 *
 * @param role the role in which the task needs the output
 */
export function digestRead(
  { verb }: Task,
  role: string,
  { digest, files }: Pick<Manifest, 'digest' | 'files'>,
): string {
  if (verb !== 'configure' || role !== 'patch') return digest;
  return digestOf(files.filter(({ path }) => decidesConfig(path)));
}

/**
 * True if a file of a patch's output may decide how the kernel resolves its configuration: it reads Kconfig
 * files and makefiles, and runs what is in scripts/ (Documentation/kbuild/kconfig-macro-language.rst).
 */
function decidesConfig(path: string): boolean {
  if (!path.startsWith('overlay/')) return path === 'removed.json';
  return path.startsWith('overlay/scripts/') || !/\.[chS]$/.test(path);
}
