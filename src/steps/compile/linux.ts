// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { placeConfig } from '../../kconfig/place-config.js';
import type { CompileParams } from '../../model/task.js';
import type { StepContext, StepResult } from '../../model/step.js';
import { withWorkTree, type WorkTree } from '../../series/work-tree.js';
import { kbuildEnv, kbuildMake, srcArch } from '../kbuild.js';
import { need } from '../needs.js';
import { openCcache } from './ccache.js';
import { estimateObjects } from './estimate.js';
import { makerAt } from './make.js';
import type { BuildSite } from './site.js';
import { guardTorn, isUntouched } from './torn.js';
import { lastTotal, noteTotal } from './totals.js';

type Params = Extract<CompileParams, { what: 'linux' }>;

/**
 * Builds kernel, modules and user headers in the tree's own O= folder, which is kept: after a change of one
 * file only what depends on it is compiled again.
 */
export async function compileLinux(params: Params, ctx: StepContext): Promise<StepResult> {
  return withWorkTree(ctx, async (tree) => {
    const { src, build } = tree;
    await placeConfig(join(need(ctx, 'config').dir, 'config'), build);
    const whole = await isUntouched(build);
    const total = whole ? await totalOf(src, params.arch, ctx) : undefined;
    const site = await linuxSite(tree, params);
    const ccache = ctx.ccache === true ? await openCcache(params.era, ctx) : undefined;
    const maker = await makerAt(site, ctx, { writable: [build, ctx.out], total, ccache });
    await guardTorn(
      build,
      () => maker.make(`-j${String(ctx.jobs)}`, ...site.targets),
      maker.endedItself,
    );
    if (whole) await noteTotal(ctx, maker.objects());
    const modules = join(ctx.out, 'modules');
    await mkdir(modules, { recursive: true });
    await maker.make(`INSTALL_MOD_PATH=${modules}`, 'INSTALL_MOD_STRIP=1', 'modules_install');
    const headers = join(ctx.out, 'headers/usr');
    await maker.make(`INSTALL_HDR_PATH=${headers}`, 'headers_install');
    await removeNotes(headers);
    const release = await collect(build, ctx.out, params.arch);
    const kept = ccache === undefined ? {} : { ccache: await ccache.use() };
    return { facts: { ...maker.facts(), ...kept, release } };
  });
}

/** Removes what old trees note beside the headers that they install: commands, with every folder's path. */
async function removeNotes(folder: string): Promise<void> {
  const found = await readdir(folder, { recursive: true });
  const notes = found.filter((path) => basename(path).startsWith('.'));
  await Promise.all(notes.map((path) => rm(join(folder, path))));
}

/** Where a kernel is built. */
export async function linuxSite(
  { src, build }: WorkTree,
  { arch, era }: Pick<Params, 'arch' | 'era'>,
): Promise<BuildSite> {
  return {
    cwd: build,
    sources: src,
    env: await kbuildEnv(src),
    make: kbuildMake({ src, build, arch, era }),
    targets: ['bzImage', 'modules'],
    known: [`${build}/`, `${src}/`],
    again: ({ target }) => [target],
  };
}

/** How many objects a whole compile has: what the last one had, or an estimate. */
async function totalOf(src: string, arch: Params['arch'], ctx: StepContext): Promise<number> {
  const last = await lastTotal(ctx);
  if (last !== undefined) return last;
  const config = await readFile(join(need(ctx, 'config').dir, 'config'), 'utf8');
  return estimateObjects(src, config, srcArch(arch));
}

/** Copies what a kernel is made of beside its modules. Returns its release string. */
async function collect(build: string, out: string, arch: Params['arch']): Promise<string> {
  await copyFile(join(build, 'arch', srcArch(arch), 'boot/bzImage'), join(out, 'bzImage'));
  await copyFile(join(build, 'System.map'), join(out, 'System.map'));
  await copyFile(join(build, '.config'), join(out, 'config'));
  const release = (await readFile(join(build, 'include/config/kernel.release'), 'utf8')).trim();
  for (const link of ['build', 'source']) {
    await rm(join(out, 'modules/lib/modules', release, link), { force: true });
  }
  return release;
}
