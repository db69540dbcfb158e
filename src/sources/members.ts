// SPDX-License-Identifier: GPL-2.0-only
import { dirname, join } from 'node:path';
import { unpackArchive } from '../host/archive.js';
import { ensureDirectory, kindOf, removeTree } from '../host/files.js';
import { sha256File } from '../host/hash.js';
import { TreeWriter } from '../host/tree-writer.js';
import { Failed } from '../model/failure.js';
import type { Fetched, HttpMembers } from '../model/source.js';
import type { FetchContext, SoughtFile } from './context.js';
import { bring, byHttp, copyInto } from './obtain.js';

/**
 * Brings an archive and takes from it the files whose digests are known; only they come into `ctx.out`,
 * as the tree that they are. An archive that lacks one of them, that has another in its place or that
 * cannot be unpacked is no better than one with a wrong checksum.
 *
 * @throws Failed as `bring`
 */
export async function fetchMembers(
  archive: SoughtFile,
  { members, strip }: HttpMembers,
  ctx: FetchContext,
): Promise<Fetched> {
  const pinned = Object.entries(members);
  const tree = join(ctx.scratch, 'tree');
  const faults = async (path: string): Promise<string[]> => {
    await removeTree(tree);
    await ensureDirectory(tree);
    const refused = await unpacked(path, tree, strip, ctx);
    if (refused !== undefined) return [refused];
    const found = await Promise.all(pinned.map((pin) => faultOf(tree, ...pin)));
    return found.filter((fault) => fault !== undefined);
  };
  const pins = pinned.map(([of, sha256]) => ({ of, sha256 }));
  const aside = { ...ctx, out: ctx.scratch };
  const { from } = await bring(archive, { pins, faults }, aside, byHttp);
  const files = await Promise.all(
    pinned.map(async ([name, sha256]) => {
      const to = join(ctx.out, name);
      await ensureDirectory(dirname(to));
      return { name, sha256, size: await copyInto(join(tree, name), to), from };
    }),
  );
  return { files, pinned: true, tree: true };
}

/** Unpacks an archive under the bounds that hold for all. Returns why it was refused, if it was. */
async function unpacked(
  path: string,
  root: string,
  strip: number | undefined,
  { signal }: FetchContext,
): Promise<string | undefined> {
  const tree = new TreeWriter(root);
  try {
    await unpackArchive(path, tree, { signal, ...(strip === undefined ? {} : { strip }) });
    tree.finish();
    return undefined;
  } catch (error) {
    if (error instanceof Failed && error.failure.reason === 'archive-refused') return error.message;
    throw error;
  }
}

async function faultOf(tree: string, name: string, sha256: string): Promise<string | undefined> {
  const path = join(tree, name);
  if ((await kindOf(path)) !== 'file') return `no file ${name}`;
  const found = await sha256File(path);
  return found === sha256 ? undefined : `${found} ${name}`;
}
