// SPDX-License-Identifier: GPL-2.0-only
import { cp, copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed } from '../../model/failure.js';
import type { CompileParams } from '../../model/task.js';
import type { StepContext, StepResult } from '../../model/step.js';
import { isOf } from '../kernel-tree.js';
import { need } from '../needs.js';
import { byCompiler } from './configured-for.js';
import { makerAt } from './make.js';
import type { BuildSite } from './site.js';
import { lastTotal, noteTotal } from './totals.js';

type Params = Extract<CompileParams, { what: 'match' }>;

/** Where the match's sources stand in a kernel tree and in their own folder. */
const MATCH_DIR = 'net/netfilter/layer7';
const MODULE = 'xt_layer7.ko';

/**
 * Builds the match alone against a distribution's kernel headers, as DKMS would
 * (Documentation/kbuild/modules.rst).
 */
export async function compileMatch({ version }: Params, ctx: StepContext): Promise<StepResult> {
  const headers = await headersDir(need(ctx, 'headers').dir);
  const release = await utsRelease(headers);
  if (!isOf(release, version)) throw otherRelease(release, version);
  const site = await matchSite(ctx, ctx.scratch);
  const total = await lastTotal(ctx);
  const home = join(ctx.out, 'modules/lib/modules', release, 'updates');
  const maker = await makerAt(site, ctx, { writable: [ctx.scratch, ctx.out], total });
  await maker.make(`-j${String(ctx.jobs)}`, ...site.targets).catch(async (error: unknown) => {
    const { toolchain } = await ctx.runtime();
    throw await byCompiler(error, headers, toolchain['gcc'] ?? '');
  });
  await noteTotal(ctx, maker.objects());
  await mkdir(home, { recursive: true });
  await copyFile(join(site.cwd, MODULE), join(home, MODULE));
  await maker.run('strip', '--strip-debug', join(home, MODULE));
  return { facts: { ...maker.facts(), release } };
}

/**
 * Lays the match's sources out to be built.
 *
 * @param home empty folder for them
 */
export async function matchSite(
  ctx: Pick<StepContext, 'needs' | 'taskId'>,
  home: string,
): Promise<BuildSite> {
  const root = need(ctx, 'headers').dir;
  const headers = await headersDir(root);
  const copy = join(home, 'match');
  await cp(join(need(ctx, 'patch').dir, 'overlay'), copy, { recursive: true });
  const built = join(copy, MATCH_DIR);
  return {
    cwd: built,
    // Paths are in what is debugged with, and the module's build ID is over that too.
    env: {
      KBUILD_BUILD_TIMESTAMP: '@0',
      KCFLAGS: `-ffile-prefix-map=${root}=headers -ffile-prefix-map=${built}=layer7`,
    },
    make: [
      'make',
      ...['-C', headers, `M=${built}`],
      'CONFIG_NETFILTER_XT_MATCH_LAYER7=m',
      // The headers name the compiler that built the kernel; the builder's own is the one that is there.
      'CC=gcc',
      // Type information is for BPF programs, and needs pahole where Debian's headers bring the kernel's.
      'CONFIG_DEBUG_INFO_BTF_MODULES=',
    ],
    targets: ['modules'],
    known: [`${built}/`, `${headers}/`],
    // make names it with its folder, and takes it without.
    again: ({ target }) => [target.replace(`${built}/`, '')],
  };
}

function otherRelease(release: string, version: string): Failed {
  return new Failed({
    reason: 'not-applicable',
    message: `the kernel headers are of ${release}, and the recipe is for Linux ${version}`,
    hints: [
      `give headers of a ${version} kernel: --source headers=DIRECTORY, with usr/src/linux-headers-* in it`,
      'or take the recipe of that kernel (l7build list)',
    ],
  });
}

/**
 * The release that the kernel calls itself and looks for modules under. Debian sets it apart from
 * include/config/kernel.release, which has the upstream version there.
 */
async function utsRelease(headers: string): Promise<string> {
  const file = 'include/generated/utsrelease.h';
  const [, release] =
    /UTS_RELEASE "([^"/]+)"/.exec(await readFile(join(headers, file), 'utf8')) ?? [];
  if (release !== undefined) return release;
  throw new Failed({
    reason: 'command-failed',
    message: `the kernel headers tell no release: ${file} has no UTS_RELEASE`,
    hints: ['headers of a configured and built kernel are needed'],
  });
}

/** The flavour's headers folder: the one that has a configured kernel's generated files. */
async function headersDir(root: string): Promise<string> {
  const usrSrc = join(root, 'usr/src');
  const names = await readdir(usrSrc);
  const flavour = names.find(
    (name) => name.startsWith('linux-headers-') && !name.endsWith('-common'),
  );
  if (flavour !== undefined) return join(usrSrc, flavour);
  throw new Failed({
    reason: 'command-failed',
    message: `the headers' package has no linux-headers-<release> folder: it has ${names.join(', ')}`,
  });
}
