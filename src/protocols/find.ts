// SPDX-License-Identifier: GPL-2.0-only
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { errorCode } from '../host/space.js';
import { SUFFIX } from './parse.js';

/** Why a file of a set is not read. */
export interface Refusal {
  /** Below the set's directory. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

export interface Found {
  /** Paths of definition files below the set's directory, in the order of the search. */
  readonly files: readonly string[];
  readonly refusals: readonly Refusal[];
}

/** Characters that drive a terminal or reorder text, and the mark of a name that is not UTF-8. */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]/u;

/**
 * Finds a set's .pat files: those of its directory, then those of its subdirectories (one level)
 * in reverse alphabetical order, as the match's extension searches. Links are followed only inside.
 *
 * @param root the set's directory, absolute and without symbolic links
 * @throws system errors of opendir(3)
 */
export async function findDefinitions(root: string): Promise<Found> {
  const files: string[] = [];
  const refusals: Refusal[] = [];
  const sort = async (path: string, into: string[], wanted: 'file' | 'folder'): Promise<void> => {
    const refusal = await refusalOf(root, path, wanted);
    if (refusal === undefined) into.push(path);
    else refusals.push({ path, ...refusal });
  };

  const folders: string[] = [];
  for (const name of await namesIn(root)) {
    if (name.endsWith(SUFFIX)) await sort(name, files, 'file');
    else if (await isFolder(join(root, name))) await sort(name, folders, 'folder');
  }
  for (const folder of folders.toReversed()) {
    for (const name of await namesIn(join(root, folder))) {
      if (name.endsWith(SUFFIX)) await sort(join(folder, name), files, 'file');
    }
  }
  return { files, refusals };
}

async function namesIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).toSorted();
}

/** Also true for a link to a directory; false for one to nothing. */
async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(noneIfMissing))?.isDirectory() ?? false;
}

async function refusalOf(
  root: string,
  path: string,
  wanted: 'file' | 'folder',
): Promise<Omit<Refusal, 'path'> | undefined> {
  const name = basename(path, wanted === 'file' ? SUFFIX : '');
  if (HOSTILE.test(name)) {
    return { message: 'the name has characters that do not print', hint: 'rename it' };
  }
  if (name === '' || name === '.' || name === '..') {
    return { message: `"${name}" is no protocol's name`, hint: 'rename or remove it' };
  }
  const real = await realpath(join(root, path)).catch(noneIfMissing);
  if (real === undefined) return { message: 'a link to nothing', hint: 'remove it' };
  if (!real.startsWith(root + sep)) {
    return { message: 'a link that leads out of the set', hint: 'copy what it leads to' };
  }
  const found = await stat(real);
  if (wanted === 'file' && !found.isFile()) {
    return { message: 'not a regular file', hint: 'rename or remove it' };
  }
  return undefined;
}

/** For a promise about a path: nothing where nothing is there, other system errors as they are. */
function noneIfMissing(error: unknown): undefined {
  const code = errorCode(error);
  if (code !== 'ENOENT' && code !== 'ELOOP') throw error;
}
