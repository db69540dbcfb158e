// SPDX-License-Identifier: GPL-2.0-only
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { copyTree, unpackArchive } from '../host/archive.js';
import { removeTree } from '../host/files.js';
import { globToRegExp } from '../host/glob.js';
import { TreeWriter } from '../host/tree-writer.js';
import { Failed } from '../model/failure.js';
import type { Unpack } from '../model/source.js';
import type { Step, StepContext } from '../model/step.js';
import type { Entry } from '../model/store.js';
import type { TaskParams } from '../model/task.js';
import { LOCAL_TREE, NOT_SOURCE, readLocalTree } from '../sources/local.js';
import { checkKernelTree } from './kernel-tree.js';
import { relocateHeaders } from '../sources/relocate.js';

/** Least time between two reports of progress, in milliseconds. */
const PROGRESS_EVERY_MS = 100;

/**
 * Which of the fetched files are unpacked. A single file is never a question: it may be the user's,
 * in place of the recipe's, and have any name.
 */
function chosenFiles(name: string, unpack: Unpack, { manifest }: Entry): string[] {
  const all = manifest.files.map(({ path }) => path);
  const { file } = unpack;
  if (file === undefined || all.length === 1) return all;
  const pattern = globToRegExp(file);
  const chosen = all.filter((path) => pattern.test(path));
  if (chosen.length > 0) return chosen;
  throw new Failed({
    reason: 'recipe-invalid',
    message: `none of the files of ${name} matches ${file}`,
    details: all,
    hints: ['correct `unpack.file` in the recipe'],
  });
}

async function fill(
  tree: TreeWriter,
  { name, unpack }: TaskParams['unpack'],
  fetched: Entry,
  ctx: StepContext,
): Promise<void> {
  let shownAt = 0;
  const options = {
    ...unpack,
    signal: ctx.signal,
    onProgress: (done: number): void => {
      const now = performance.now();
      if (now - shownAt < PROGRESS_EVERY_MS) return;
      shownAt = now;
      ctx.progress({ done, unit: 'files' });
    },
  };
  const isTree = fetched.manifest.facts['tree'] === true;
  if (isTree) await copyTree(fetched.dir, [], tree, options);
  for (const file of isTree ? [] : chosenFiles(name, unpack, fetched)) {
    const path = join(fetched.dir, file);
    if (file === LOCAL_TREE) {
      await copyTree((await readLocalTree(path)).path, NOT_SOURCE, tree, options);
    } else {
      await unpackArchive(path, tree, options);
    }
  }
  tree.finish();
}

/**
 * Turns what was fetched into a tree. Modes keep their execute bits, times are those of the archive,
 * everything belongs to the invoking user.
 *
 * Facts: `entries`, the number of members; `version`, if the source told one.
 *
 * @throws Failed `archive-refused`, `no-space`, `host-lacks`, `interrupted`; then `ctx.out` is empty
 */
export const unpack: Step<'unpack'> = async (params, ctx) => {
  const fetched = ctx.needs['fetch'];
  if (fetched === undefined) throw new Error('unpack needs fetch');
  const tree = new TreeWriter(ctx.out);
  try {
    await fill(tree, params, fetched, ctx);
    await relocateHeaders(ctx.out);
    if (params.kernel !== undefined) await checkKernelTree(ctx.out, params.kernel);
  } catch (error) {
    for (const item of await readdir(ctx.out)) await removeTree(join(ctx.out, item));
    throw error;
  }
  const { version } = fetched.manifest.facts;
  return {
    derived: true,
    facts: { entries: tree.entries, ...(typeof version === 'string' ? { version } : {}) },
  };
};
