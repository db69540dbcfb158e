// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judge, refuseUnmet } from '../../kconfig/contract.js';
import { settingsOver } from '../../kconfig/resolve.js';
import type { StepContext, StepResult } from '../../model/step.js';
import type { CompileParams } from '../../model/task.js';
import { sourceDate } from '../kbuild.js';
import { need } from '../needs.js';
import { makerAt } from './make.js';
import { muslCompiler } from './musl.js';
import type { BuildSite } from './site.js';
import { lastTotal, noteTotal } from './totals.js';

type Params = Extract<CompileParams, { what: 'busybox' }>;

/** Builds a busybox that runs on kernels of any age. */
export async function compileBusybox(params: Params, ctx: StepContext): Promise<StepResult> {
  const site = await busyboxSite(ctx, ctx.scratch);
  const total = await lastTotal(ctx);
  const maker = await makerAt(site, ctx, { writable: [ctx.scratch], total });
  await configureBusybox(site, params, (target) => maker.make(target));
  await maker.make(`-j${String(ctx.jobs)}`, ...site.targets);
  await noteTotal(ctx, maker.objects());
  await copyFile(join(site.cwd, 'busybox'), join(ctx.out, 'busybox'));
  return { facts: maker.facts() };
}

/**
 * Where busybox is built: a folder beside its tree, which is only read.
 *
 * @param home empty folder
 */
export async function busyboxSite(
  ctx: Pick<StepContext, 'needs' | 'taskId'>,
  home: string,
): Promise<BuildSite> {
  const src = need(ctx, 'tree').dir;
  const build = join(home, 'build');
  await mkdir(build);
  const { cc, env } = await muslCompiler(ctx, home);
  return {
    cwd: build,
    env: { ...env, SOURCE_DATE_EPOCH: await sourceDate(join(src, 'Makefile')) },
    make: ['make', '-C', src, `O=${build}`, `CC=${cc} -ffile-prefix-map=${src}=.`],
    targets: ['busybox'],
    known: [`${build}/`, `${src}/`],
    again: ({ target }) => [target],
  };
}

/**
 * Makes the site's .config of the recipe's. busybox has kconfig of Linux 2.6.16: KCONFIG_ALLCONFIG does
 * not reach into its menus, so the requests are written over the base, and `oldconfig` settles the rest.
 *
 * @param make runs make(1) at the site with one target
 * @throws Failed `config-unmet`
 */
export async function configureBusybox(
  { cwd }: Pick<BuildSite, 'cwd'>,
  { config }: Params,
  make: (target: string) => Promise<void>,
): Promise<void> {
  const file = join(cwd, '.config');
  await make(config.base);
  await writeFile(file, settingsOver(await readFile(file, 'utf8'), config.requests));
  await make('oldconfig');
  refuseUnmet(await judge(config.requests, await readFile(file, 'utf8')));
}
