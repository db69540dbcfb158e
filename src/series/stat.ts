// SPDX-License-Identifier: GPL-2.0-only
import { lstat } from 'node:fs/promises';
import { errorCode } from '../host/space.js';

/** What is asked of a path. */
export interface FileStat {
  readonly mode: number;
  readonly size: number;
  readonly dev: number;
  readonly ino: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** lstat(2), or undefined where a path or one of its directories is missing. */
export async function statOrNothing(path: string): Promise<FileStat | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
