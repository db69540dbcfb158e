// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeAtomically } from '../host/files.js';
import { sha256, sha256File } from '../host/hash.js';
import { errorCode } from '../host/space.js';
import { Failed } from '../model/failure.js';
import type { Fetched, LocalSource } from '../model/source.js';
import type { FetchContext } from './context.js';
import { copyInto } from './obtain.js';

/** Name of the file that stands for a directory in a fetch's output. */
export const LOCAL_TREE = 'local-tree';

/** Content of a `local-tree` file: a directory of the user's is not copied until it is unpacked. */
export interface LocalTree {
  /** Absolute path. */
  readonly path: string;
  /** What it held, see `digestOfTree`. */
  readonly digest: string;
}

/** Directories that are no part of a source tree. */
export const NOT_SOURCE = ['.git', '.svn', '.hg'];

/** Reads a fetch's `local-tree` file. */
export async function readLocalTree(path: string): Promise<LocalTree> {
  return JSON.parse(await readFile(path, 'utf8')) as LocalTree;
}

/**
 * A digest over names, kinds, sizes, times and inode numbers of everything in a directory: it changes
 * when a file is written, and costs no reading of a gigabyte of files.
 */
export async function digestOfTree(root: string): Promise<string> {
  const hash = createHash('sha256');
  const visit = async (below: string): Promise<void> => {
    const items = await readdir(join(root, below), { withFileTypes: true });
    items.sort((a, b) => (a.name < b.name ? -1 : 1));
    const paths = items
      .filter(({ name }) => !NOT_SOURCE.includes(name))
      .map((item) => ({ item, path: join(below, item.name) }));
    const stats = await Promise.all(
      paths.map(({ path }) => lstat(join(root, path), { bigint: true })),
    );
    for (const [index, { item, path }] of paths.entries()) {
      const { mode, size, mtimeNs, ino } = stats[index] ?? {};
      if (item.isDirectory()) {
        hash.update(`${path}\0${String(mode)}\n`);
        await visit(path);
      } else {
        hash.update(`${path}\0${[mode, size, mtimeNs, ino].map(String).join(' ')}\n`);
      }
    }
  };
  await visit('');
  return hash.digest('hex');
}

/** What a local source is right now: its path and a digest of its content. */
export async function resolveLocal({ path }: LocalSource): Promise<LocalTree & { tree: boolean }> {
  try {
    const tree = (await stat(path)).isDirectory();
    return { path, tree, digest: tree ? await digestOfTree(path) : await sha256File(path) };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new Failed({
      reason: 'usage',
      message: `the local source ${path} cannot be read (${code})`,
      hints: ['check the path given with --source NAME=PATH'],
    });
  }
}

/**
 * Takes an archive of the user's, or notes where their tree is. Never pinned: nobody vouches for it.
 *
 * @throws Failed `usage` when there is no such file or directory, `no-space`
 */
export async function fetchLocal(source: LocalSource, ctx: FetchContext): Promise<Fetched> {
  const { tree, path, digest } = await resolveLocal(source);
  if (!tree) {
    const name = basename(path);
    const size = await copyInto(path, join(ctx.out, name));
    const copy = await sha256File(join(ctx.out, name));
    return { files: [{ name, sha256: copy, size, from: path }], pinned: false };
  }
  const note = JSON.stringify({ path, digest } satisfies LocalTree);
  await writeAtomically(join(ctx.out, LOCAL_TREE), note);
  const file = { name: LOCAL_TREE, sha256: sha256(note), size: note.length, from: path };
  return { files: [file], pinned: false };
}
