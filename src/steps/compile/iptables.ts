// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exec, type Argv } from '../../host/exec.js';
import { kindOf, removeTree } from '../../host/files.js';
import { Failed } from '../../model/failure.js';
import type { CompileParams } from '../../model/task.js';
import type { StepContext, StepResult } from '../../model/step.js';
import { applyOverlay } from '../../series/work-tree.js';
import { sourceDate } from '../kbuild.js';
import { need } from '../needs.js';
import { makerAt } from './make.js';
import { muslCompiler } from './musl.js';
import { requirePrograms } from './programs.js';
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

/** What makes a configure of a configure.ac, and Debian's package of each. */
const AUTOTOOLS = {
  autoreconf: 'autoconf',
  automake: 'automake',
  libtoolize: 'libtool',
  'pkg-config': 'pkg-config',
} as const;

/** Where iptables is built, and what comes before its make. */
export interface IptablesSite extends BuildSite {
  /** The commands that give the folder its Makefile, in order. */
  readonly prepare: readonly Argv[];
}

/** Builds iptables with the match's extension and installs it below `root/`, as `make DESTDIR=` does. */
export async function compileIptables(params: Params, ctx: StepContext): Promise<StepResult> {
  const site = await iptablesSite(params, ctx, ctx.scratch);
  const root = join(ctx.out, 'root');
  await mkdir(root, { recursive: true });
  const total = await lastTotal(ctx);
  const maker = await makerAt(site, ctx, { writable: [ctx.scratch, ctx.out], total });
  for (const argv of site.prepare) await maker.run(...argv);
  await maker.make(`-j${String(ctx.jobs)}`, ...site.targets);
  await noteTotal(ctx, maker.objects());
  await maker.make(`DESTDIR=${root}`, 'install');
  return { facts: maker.facts() };
}

/**
 * Lays iptables' sources out to be built, in a folder beside them that its configure is yet to fill.
 *
 * @param home empty folder for both
 * @throws Failed `host-lacks` where the builder has not the programs for it, `command-failed` for
 *   sources of something else
 */
export async function iptablesSite(
  { configure, libc }: Params,
  ctx: Pick<StepContext, 'needs' | 'taskId'>,
  home: string,
): Promise<IptablesSite> {
  const src = join(home, 'src');
  const build = join(home, 'build');
  await applyOverlay(need(ctx, 'tree').dir, need(ctx, 'patch').dir, src);
  await mkdir(build, { recursive: true });
  const autoreconf = await autotools(ctx, src);
  const { words, env } = libc === 'musl' ? await staticWithMusl(ctx, home) : WITH_GLIBC;
  const dated = autoreconf.length === 0 ? 'configure' : 'configure.ac';
  return {
    cwd: build,
    env: {
      ...env,
      SOURCE_DATE_EPOCH: await sourceDate(join(src, dated)),
      // The same sources give the same bytes in any folder.
      CFLAGS: `-O2 -ffile-prefix-map=${home}=.`,
    },
    prepare: [...autoreconf, [join(src, 'configure'), ...PLACES, ...configure]],
    make: ['make', ...words],
    targets: ['all'],
    known: [`${build}/`, `${src}/`],
    again: ({ target, folder }) => [
      ...(folder?.startsWith(`${build}/`) === true ? ['-C', folder] : []),
      target,
    ],
  };
}

/** What the libc decides: words for make(1), and variables for it and for configure. */
interface Linking {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const WITH_GLIBC: Linking = { words: [], env: {} };

/** All programs whole in themselves; libtool takes -static for its own and drops it. */
async function staticWithMusl(ctx: Pick<StepContext, 'needs'>, home: string): Promise<Linking> {
  const { cc, env } = await muslCompiler(ctx, home);
  return { words: ['LDFLAGS=-all-static'], env: { ...env, CC: cc } };
}

/**
 * What a tree of the version control, which has no configure yet, needs first: what its autogen.sh does.
 * It writes into the tree, whose files are otherwise links to those of the store.
 */
async function autotools(ctx: Pick<StepContext, 'needs'>, src: string): Promise<Argv[]> {
  if ((await kindOf(join(src, 'configure'))) !== 'none') return [];
  if ((await kindOf(join(src, 'configure.ac'))) === 'none') {
    throw new Failed({
      reason: 'command-failed',
      message: 'the sources of iptables have neither configure nor configure.ac',
      hints: ['is it the right tree? unpack.strip drops folders above it'],
    });
  }
  await requirePrograms(ctx, AUTOTOOLS, 'make the configure that these sources do not have');
  const copy = `${src}.copy`;
  await exec(['cp', '-a', '--reflink=auto', '--', src, copy], { cwd: dirname(copy) });
  await removeTree(src);
  await rename(copy, src);
  return [['autoreconf', '--force', '--install', src]];
}
