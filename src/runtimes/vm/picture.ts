// SPDX-License-Identifier: GPL-2.0-only
import { rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../../host/exec.js';
import { ensureDirectory, temporaryName } from '../../host/files.js';
import { sha256 } from '../../host/hash.js';
import type { User } from './script.js';

/** Quick to make, and quick to read for an emulated processor. The machine has no use for attributes. */
const PACKING = ['-comp', 'lz4', '-no-xattrs', '-noappend', '-no-progress', '-quiet'] as const;

/**
 * A directory as a file system that is only read (squashfs), for a machine that reads much of it: over 9p
 * each look at a name asks QEMU, and a compiler looks for headers in places where most of them are not. Made
 * if there is none, or if anything of the directory has changed since.
 *
 * @param folder where pictures are kept; nothing else of that name is in it
 * @param directory absolute path; nobody may write to it meanwhile
 * @param owner whom all of it belongs to, in the picture
 * @returns the picture's absolute path
 * @throws Failed `host-lacks` without mksquashfs(1), `no-space`, `interrupted`
 */
export async function pictureOf(
  folder: string,
  directory: string,
  { uid, gid }: User,
  signal: AbortSignal,
): Promise<string> {
  const owner = ['-force-uid', String(uid), '-force-gid', String(gid)];
  const file = join(folder, `${sha256([directory, ...owner].join('\n'))}.squashfs`);
  if (await isCurrent(file, directory, signal)) return file;
  await ensureDirectory(folder);
  const fresh = temporaryName(file);
  // What changes while it is made is newer than it.
  const begun = new Date();
  try {
    await exec(['mksquashfs', directory, fresh, ...PACKING, ...owner], { cwd: folder, signal });
    await utimes(fresh, begun, begun);
    await rename(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
  return file;
}

/** The pictures of directories that nobody writes to while they are used; see pictureOf. */
export class Pictures {
  readonly #current = new Map<string, string>();

  constructor(
    private readonly folder: string,
    private readonly owner: User,
  ) {}

  /** The one of a directory, whose age is looked at once. @throws as pictureOf */
  async of(directory: string, signal: AbortSignal): Promise<string> {
    const known = this.#current.get(directory);
    if (known !== undefined) return known;
    const file = await pictureOf(this.folder, directory, this.owner, signal);
    this.#current.set(directory, file);
    return file;
  }
}

/** True if nothing of the directory, a name or an attribute, was changed after the picture was begun. */
async function isCurrent(file: string, directory: string, signal: AbortSignal): Promise<boolean> {
  const made = await stat(file).catch(() => undefined);
  // Of a clock that was set back since, no time says anything.
  if (made === undefined || made.mtimeMs > Date.now()) return false;
  const words = ['find', directory, '-cnewer', file, '-print', '-quit'] as const;
  // 1: a folder that we may not read, and so could not make a picture of.
  return (await exec(words, { accept: [0, 1], signal })).stdout === '';
}
