// SPDX-License-Identifier: GPL-2.0-only
import { lstat, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { sha256, sha256File } from '../host/hash.js';
import { errorCode } from '../host/space.js';
import { Failed } from '../model/failure.js';
import type { ProjectFile } from '../model/recipe.js';

/** Why a path of the project can't be used, with the remedy. */
export class Unusable extends Failed {
  constructor(
    readonly why: string,
    readonly hint: string,
  ) {
    super({ reason: 'recipe-invalid', message: why, hints: [hint] });
  }
}

/**
 * The absolute path of a file or folder of the project.
 *
 * @param root the project's folder, absolute and without symbolic links
 * @param path below it; whatever it says, what lies outside of the project is refused
 * @throws Unusable
 */
export async function projectPath(
  root: string,
  path: string,
  kind: 'file' | 'folder',
): Promise<string> {
  const joined = join(root, path);
  let real: string;
  try {
    real = await realpath(joined);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ELOOP') throw new Unusable(`${path} is a link to itself`, 'remove the link');
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    throw new Unusable(`there is no ${kind} ${path}`, "paths start at the project's folder");
  }
  if (real !== root && !real.startsWith(root + sep)) {
    const hint = 'copy it into the project: a recipe may use nothing else';
    throw new Unusable(`${path} leads out of the project`, hint);
  }
  const stat = await lstat(real);
  if (kind === 'file' ? !stat.isFile() : !stat.isDirectory()) {
    throw new Unusable(`${path} is not a ${kind}`, `name a ${kind} of the project`);
  }
  return real;
}

/** A file of the project with its digest. @throws Unusable */
export async function projectFile(root: string, path: string): Promise<ProjectFile> {
  return { path, sha256: await sha256File(await projectPath(root, path, 'file')) };
}

/** Bytes of a file's beginning. */
const HEAD = 4096;

/** The beginning of a text file of the project; Latin-1 characters, one per byte. @throws Unusable */
export async function projectHead(root: string, path: string): Promise<string> {
  const handle = await open(await projectPath(root, path, 'file'), 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * The bytes of a small file of the project.
 *
 * @param limit bytes; a longer file is refused without reading it
 * @throws Unusable
 */
export async function projectBytes(
  root: string,
  path: string,
  limit: number,
): Promise<{ readonly file: ProjectFile; readonly bytes: Buffer }> {
  const handle = await open(await projectPath(root, path, 'file'), 'r');
  try {
    const buffer = Buffer.alloc(limit + 1);
    let size = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, size, buffer.length - size);
      size += bytesRead;
      if (bytesRead === 0) break;
      if (size > limit) {
        throw new Unusable(`larger than ${String(limit / 1024)} KiB`, 'split the file');
      }
    }
    const bytes = buffer.subarray(0, size);
    return { file: { path, sha256: sha256(bytes) }, bytes };
  } finally {
    await handle.close();
  }
}
