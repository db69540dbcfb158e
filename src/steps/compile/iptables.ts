// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from '../../host/exec.js';
import type { CompileParams } from '../../model/task.js';
import type { StepContext, StepResult } from '../../model/step.js';
import { applyOverlay } from '../../series/work-tree.js';
import { sourceDate } from '../kbuild.js';
import { need } from '../needs.js';
import { makerAt } from './make.js';
import type { BuildSite } from './site.js';
import { lastTotal, noteTotal } from './totals.js';

type Params = Extract<CompileParams, { what: 'iptables' }>;

/** Where it stands in the guest and in the archive; see `./configure --help`. */
const PLACES = [
  '--prefix=/usr',
  '--libdir=/usr/lib',
  '--sysconfdir=/etc',
  '--with-xtlibdir=/usr/lib/xtables',
  '--with-xt-lock-name=/run/xtables.lock',
  // Everything is compiled once: nobody reads the dependency files.
  '--disable-dependency-tracking',
] as const;

/** Builds iptables with the match's extension and installs it below `root/`, as `make DESTDIR=` does. */
export async function compileIptables(params: Params, ctx: StepContext): Promise<StepResult> {
  const site = await iptablesSite(ctx, ctx.scratch);
  const root = join(ctx.out, 'root');
  await mkdir(root, { recursive: true });
  const total = await lastTotal(ctx);
  const maker = await makerAt(site, ctx, { writable: [ctx.scratch, ctx.out], total });
  await maker.run(...configureCommand(ctx.scratch, params));
  await maker.make(`-j${String(ctx.jobs)}`, ...site.targets);
  await noteTotal(ctx, maker.objects());
  await maker.make(`DESTDIR=${root}`, 'install');
  return { facts: maker.facts() };
}

/**
 * Lays iptables' sources out to be built, in a folder beside them that its configure is yet to fill.
 *
 * @param home empty folder for both
 */
export async function iptablesSite(
  ctx: Pick<StepContext, 'needs' | 'taskId'>,
  home: string,
): Promise<BuildSite> {
  const src = join(home, 'src');
  const build = join(home, 'build');
  await applyOverlay(need(ctx, 'tree').dir, need(ctx, 'patch').dir, src);
  await mkdir(build, { recursive: true });
  return {
    cwd: build,
    env: await buildEnv(src, home),
    make: ['make'],
    targets: ['all'],
    known: [`${build}/`, `${src}/`],
    again: ({ target, folder }) => [
      ...(folder?.startsWith(`${build}/`) === true ? ['-C', folder] : []),
      target,
    ],
  };
}

/** argv of configure for a site in `home`. */
export function configureCommand(home: string, params: Params): Argv {
  return [join(home, 'src', 'configure'), ...PLACES, ...params.configure];
}

/** Flags under which the same sources give the same bytes in any folder. */
async function buildEnv(src: string, scratch: string): Promise<Record<string, string>> {
  return {
    SOURCE_DATE_EPOCH: await sourceDate(join(src, 'configure')),
    CFLAGS: `-O2 -ffile-prefix-map=${scratch}=.`,
  };
}
