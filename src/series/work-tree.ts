// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exec } from '../host/exec.js';
import { withLock } from '../host/lock.js';
import { ensureDirectory, kindOf, removeTree } from '../host/files.js';
import { errorCode, writing } from '../host/space.js';
import { Failed } from '../model/failure.js';
import type { StepContext } from '../model/step.js';
import { readOverlay, sameFile, wanted, type Wanted } from './overlay-tree.js';
import { isOf, noteReturn, readState, writeState, type PristineTree } from './work-state.js';

/** A patched source tree that is kept, and the O= directory for what is made from it. */
export interface WorkTree {
  readonly src: string;
  readonly build: string;
}

/**
 * Lends the work tree of the step's `tree`, patched by its `patch`, to `use`; one run at a time has it.
 * Both directories outlive the step, so that after a change only what depends on it is made again.
 */
export async function withWorkTree<T>(
  ctx: Pick<StepContext, 'needs' | 'cache' | 'signal' | 'warn' | 'taskId'>,
  use: (tree: WorkTree) => Promise<T>,
): Promise<T> {
  const { tree, patch, toolchain } = ctx.needs;
  if (tree === undefined || patch === undefined) {
    throw new Error(`${ctx.taskId} was planned without its tree or its patch`);
  }
  // The programs that a build makes for itself run only on the system that they were made on.
  const system = toolchain === undefined ? '' : `-${toolchain.manifest.key.slice(0, 12)}`;
  const home = join(ctx.cache, 'work', `${tree.manifest.key}${system}`);
  const src = join(home, 'src');
  const build = join(home, 'build');
  return withLock(
    `${home}.lock`,
    async () => {
      await applyOverlay(tree.dir, patch.dir, src, build);
      await ensureDirectory(build);
      try {
        return await use({ src, build });
      } finally {
        await noteReturn(src);
      }
    },
    {
      signal: ctx.signal,
      onWait: () => {
        ctx.warn('waiting for another run that builds from the same tree');
      },
    },
  );
}

/**
 * Makes a work tree out of a pristine tree and a patch step's output, or brings an existing one up to
 * date. Unpatched files are hard links to the pristine ones and are never written through: what differs
 * is put in their place by rename, with a new mtime, and only if its content is another. So make(1) sees
 * a change in every file that changed, even back to what it was, and in no other.
 *
 * May be killed at any moment: the state file beside the tree says beforehand which paths may differ
 * from the pristine tree, and each of those is compared again the next time.
 *
 * @param pristine directory of the unpatched tree
 * @param entry directory of the patch step's output
 * @param workTree directory to make or to update
 * @param built directory of what was made from the work tree; removed if the tree is made anew
 */
export async function applyOverlay(
  pristine: string,
  entry: string,
  workTree: string,
  built?: string,
): Promise<void> {
  const next = await readOverlay(entry);
  const known = await readState(workTree);
  const of = { pristine, inode: (await stat(pristine)).ino };
  const current = isOf(known, of) ? known.touched : undefined;
  if (current === undefined) await makeAnew(of, workTree, built);
  const touched = [...new Set([...(current ?? []), ...next.files.keys(), ...next.removed])].sort();
  await writeState(workTree, { ...of, touched });
  const goals = await Promise.all(
    touched.map(async (path) => ({ path, goal: await wanted(path, next, pristine) })),
  );
  for (const { path, goal } of goals) {
    if (goal === undefined) await removeFile(workTree, path, pristine);
  }
  for (const { path, goal } of goals) {
    if (goal !== undefined) await putFile(workTree, path, goal);
  }
  await writeState(workTree, { ...of, touched: [...next.files.keys(), ...next.removed].sort() });
}

async function makeAnew(of: PristineTree, workTree: string, built?: string): Promise<void> {
  const { pristine } = of;
  const partial = `${workTree}.partial`;
  for (const old of [
    `${workTree}.json`,
    workTree,
    partial,
    ...(built === undefined ? [] : [built]),
  ]) {
    await removeTree(old);
  }
  await ensureDirectory(partial);
  try {
    await exec(['cp', '-al', '--', `${pristine}/.`, partial]);
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') throw error;
    // Another file system, or one without hard links: a copy costs time and room, nothing else.
    await removeTree(partial);
    await ensureDirectory(partial);
    await exec(['cp', '-a', '--reflink=auto', '--', `${pristine}/.`, partial]);
  }
  await writeState(workTree, { ...of, touched: [] });
  await rename(partial, workTree);
}

async function putFile(workTree: string, path: string, goal: Wanted): Promise<void> {
  const place = join(workTree, path);
  if (await sameFile(place, goal)) return;
  const fresh = `${workTree}.new`;
  await rm(fresh, { force: true });
  await writing(place, () => copyFile(goal.file, fresh));
  await ensureDirectory(dirname(place));
  await rename(fresh, place);
}

/** Removes a file, and the directories above it that the pristine tree does not have. */
async function removeFile(workTree: string, path: string, pristine: string): Promise<void> {
  await rm(join(workTree, path), { force: true });
  for (let dir = dirname(path); dir !== '.'; dir = dirname(dir)) {
    if ((await kindOf(join(pristine, dir))) === 'directory') return;
    try {
      await rmdir(join(workTree, dir));
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) return;
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
}
