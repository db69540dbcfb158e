// SPDX-License-Identifier: GPL-2.0-only
import { randomBytes } from 'node:crypto';
import {
  chmod,
  constants,
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  type FileHandle,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, trueCause, writing } from './space.js';

/** A name beside `path` that no other process uses; starts with a dot. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
}

/**
 * Writes a file so that at every moment either the old or the whole new content stands there, even
 * over a power cut: a temporary file beside it, fsync(2), rename(2).
 *
 * @throws Failed `no-space`; other system errors as they are. Then nothing is left behind.
 */
export async function writeAtomically(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  await writing(path, async () => {
    try {
      const file = await open(temporary, 'wx');
      try {
        await file.writeFile(data);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

/**
 * Copies a file so that at the other place either what was there or the whole copy stands at every moment;
 * shares its blocks where the file system can.
 *
 * @throws Failed `no-space`; other system errors as they are. Then nothing is left behind.
 */
export async function copyAtomically(from: string, to: string): Promise<void> {
  const temporary = temporaryName(to);
  await writing(to, async () => {
    try {
      await copyFile(from, temporary, constants.COPYFILE_FICLONE);
      await rename(temporary, to);
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

/** O_TMPFILE of open(2), which Node does not name: with O_DIRECTORY, as on x86. */
const NAMELESS = 0o20200000;

/** Opens a new file that has no name, and so is gone when nobody has it open any more. @throws system errors */
export async function openNameless(folder: string): Promise<FileHandle> {
  return open(folder, NAMELESS | constants.O_RDWR, 0o600);
}

/** Has the disk take a file's content: a power cut must not leave another one of the same size. @throws system errors */
export async function synced(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a directory and those above it, if missing. @throws Failed `no-space`; other system errors as they are */
export async function ensureDirectory(path: string): Promise<void> {
  const make = (): Promise<unknown> => mkdir(path, { recursive: true });
  await writing(path, () =>
    make().catch((error: unknown) => {
      const cause = trueCause(error);
      if (cause !== error && errorCode(cause) !== 'EEXIST') throw cause;
      return make();
    }),
  );
}

/**
 * Removes a file or tree, if there; directories without write permission (as archives may bring
 * them) are no obstacle. Symbolic links are removed, not followed.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
    await openUp(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function openUp(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const item of await readdir(directory, { withFileTypes: true })) {
    if (item.isDirectory()) await openUp(join(directory, item.name));
  }
}

/** What stands at a path, without following a symbolic link. */
export async function kindOf(path: string): Promise<'file' | 'directory' | 'other' | 'none'> {
  try {
    const found = await lstat(path);
    if (found.isFile()) return 'file';
    return found.isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return 'none';
    throw error;
  }
}

/**
 * Reads a JSON file that we wrote ourselves earlier.
 *
 * @returns undefined when it is missing or no JSON; a caller still has to check the shape
 */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
