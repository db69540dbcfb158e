// SPDX-License-Identifier: GPL-2.0-only
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { writeAtomically } from '../host/files.js';
import { Failed } from '../model/failure.js';
import type { ProjectFile } from '../model/recipe.js';
import type { Step, StepContext } from '../model/step.js';
import { CpioArchive } from '../vm/initramfs/cpio.js';
import { addInstallTree } from '../vm/initramfs/install-tree.js';
import { networkModules, stageModules, userlandModules } from '../vm/initramfs/modules.js';
import { modulesBase } from '../vm/kernel-package.js';
import { addStaged } from '../vm/initramfs/staged.js';
import { addUserland, staticBusybox } from '../vm/initramfs/userland.js';
import { definitionsOf } from './definitions.js';
import { need, systemOf } from './needs.js';

/**
 * zlib's level: a guest under emulation unpacks any of them in about the same time, and this one
 * packs in a tenth of a second.
 */
const LEVEL = 1;

/**
 * Makes the guest's initramfs: busybox, our init and agent, iptables with its libraries, the
 * kernel modules of the recipe with what they need, and the protocol definitions.
 */
export const image: Step<'image'> = async (params, ctx) => {
  const kernel = await modulesOf(ctx);
  const release = await onlyRelease(kernel.base);
  const stage = join(ctx.scratch, 'modules');
  const wanted = [
    ...params.modules,
    ...(params.networked === true ? await networkModules(kernel.trees, release) : []),
    ...(params.userland === true ? await userlandModules(kernel.trees, release) : []),
  ];
  const { names } = await stageModules(kernel.trees, release, wanted, stage);
  const archive = new CpioArchive();
  await addUserland(archive, {
    busybox: await busyboxOf(ctx),
    guest: join(ctx.project, 'guest'),
    modules: params.modules,
  });
  await addStaged(archive, stage);
  await addInstallTree(archive, join(need(ctx, 'iptables').dir, 'root'), systemOf(ctx));
  const definitions = await addDefinitions(archive, params.definitions, ctx);
  const packed = await promisify(gzip)(archive.toBuffer(), { level: LEVEL });
  await writeAtomically(join(ctx.out, 'initramfs.cpio.gz'), packed);
  return { facts: { release, modules: names, definitions, size: packed.length } };
};

/** The busybox that was compiled for the guest, or the host's. */
function busyboxOf({ needs }: StepContext): Promise<string> {
  const { busybox } = needs;
  return busybox === undefined ? staticBusybox() : Promise.resolve(join(busybox.dir, 'busybox'));
}

/** Where modules come from: the patched kernel's own, or a distribution's with the match beside them. */
async function modulesOf(
  ctx: StepContext,
): Promise<{ readonly base: string; readonly trees: readonly string[] }> {
  if (ctx.needs['linux'] !== undefined) {
    const base = join(need(ctx, 'linux').dir, 'modules');
    return { base, trees: [base] };
  }
  const base = await modulesBase(need(ctx, 'kernel').dir);
  return { base, trees: [base, join(need(ctx, 'match').dir, 'modules')] };
}

async function onlyRelease(base: string): Promise<string> {
  const releases = await readdir(join(base, 'lib/modules'));
  if (releases.length === 1 && releases[0] !== undefined) return releases[0];
  throw new Failed({
    reason: 'command-failed',
    message: `${base} has modules of ${releases.length === 0 ? 'no kernel' : releases.join(', ')}`,
    hints: ['one kernel at a time can be booted'],
  });
}

async function addDefinitions(
  archive: CpioArchive,
  files: readonly ProjectFile[],
  ctx: StepContext,
): Promise<number> {
  archive.add('etc/l7-protocols', { kind: 'directory' });
  const definitions = await definitionsOf(files, ctx);
  for (const { name, path } of definitions) {
    const data = await readFile(path);
    archive.add(`etc/l7-protocols/${name}`, { kind: 'file', data, executable: false });
  }
  return definitions.length;
}
