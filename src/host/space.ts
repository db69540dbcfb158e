// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failed } from '../model/failure.js';

/** The `code` of a system error such as `ENOENT`, if it is one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/**
 * What the system said of a folder that could not be made. Of one that is made with those above it Node says
 * ENOENT whatever the reason, so the first that is missing is made once more, alone. Any other error stays.
 */
export function trueCause(error: unknown): unknown {
  const { syscall, path } = error as NodeJS.ErrnoException;
  if (errorCode(error) !== 'ENOENT' || syscall !== 'mkdir' || path === undefined) return error;
  let missing = path;
  while (!existsSync(dirname(missing))) missing = dirname(missing);
  try {
    mkdirSync(missing);
    return error;
  } catch (cause) {
    return cause;
  }
}

/** Bytes for people, in binary units. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  const shown = bytes / 1024 ** power;
  return `${power === 0 ? String(bytes) : shown.toFixed(1)} ${units[power] ?? ''}`;
}

/** The failure that a full disk means everywhere, naming the path that could not be written. */
export function noSpace(path: string, details: readonly string[] = []): Failed {
  return new Failed({
    reason: 'no-space',
    message: `no space left for ${path}`,
    details,
    hints: [
      `make room on the file system of ${path} (df -h ${path}), or name a folder elsewhere for the store: L7BUILD_CACHE=DIR`,
    ],
  });
}

/**
 * Runs something that writes below a path. A full disk or quota becomes Failed `no-space`; every
 * other error passes unchanged.
 */
export async function writing<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw spaceFailure(error, path) ?? error;
  }
}

/** Failed `no-space` if the error says that a disk or a quota is full. */
export function spaceFailure(error: unknown, path: string): Failed | undefined {
  const code = errorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT' ? noSpace(path) : undefined;
}

async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    // Not made yet: the file system is that of the nearest directory above.
    if (errorCode(error) === 'ENOENT' && dirname(path) !== path) return freeBytes(dirname(path));
    throw error;
  }
}

/**
 * Checks that a path, which need not exist yet, has room.
 *
 * @param bytes that are about to be written below it
 * @throws Failed `no-space` naming the path, the need and what is free
 */
export async function requireSpace(path: string, bytes: number): Promise<void> {
  const free = await freeBytes(path);
  if (free < bytes) {
    throw noSpace(path, [`needed: ${formatBytes(bytes)}`, `free:   ${formatBytes(free)}`]);
  }
}
