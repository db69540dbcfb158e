// SPDX-License-Identifier: GPL-2.0-only
import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { exec, type Argv } from '../../host/exec.js';
import { ensureDirectory, kindOf } from '../../host/files.js';
import { placeConfig } from '../../kconfig/place-config.js';
import { Failed } from '../../model/failure.js';
import type { Runtime, TerminalCommand } from '../../model/runtime.js';
import type { StepContext } from '../../model/step.js';
import type { CompileParams } from '../../model/task.js';
import { withWorkTree } from '../../series/work-tree.js';
import { need } from '../needs.js';
import { busyboxSite, configureBusybox } from './busybox.js';
import { iptablesSite } from './iptables.js';
import { linuxSite } from './linux.js';
import { matchSite } from './match.js';
import type { BuildSite } from './site.js';

/** What a shell in a build gets from the step that it stands in; `scratch` is an empty folder. */
type ShellContext = Pick<
  StepContext,
  'taskId' | 'needs' | 'cache' | 'scratch' | 'log' | 'signal' | 'warn' | 'runtime'
>;

/** A build's folders, ready for a person. */
interface Lent {
  readonly site: BuildSite;
  readonly writable: TerminalCommand['writable'];
}

/**
 * Runs a command on the caller's terminal where a compile step runs its own: in the same builder, folder
 * and environment. It works on copies, which stand in the places of the real folders: whatever it does to
 * them, no build gets to see it.
 *
 * @param env variables beside those of the step
 * @param onReady told of the site before the command starts
 * @returns the command's exit code
 * @throws Failed `not-applicable` for a builder that has no terminal to lend
 */
export async function openShell(
  params: CompileParams,
  ctx: ShellContext,
  {
    argv,
    env,
    onReady,
  }: Pick<TerminalCommand, 'argv' | 'env'> & { readonly onReady: (site: BuildSite) => void },
): Promise<number> {
  const runtime = await ctx.runtime();
  if (runtime.terminal === undefined) {
    throw new Failed({
      reason: 'not-applicable',
      message: `the builder ${runtime.name} has no terminal to lend`,
      hints: ['open the shell in another builder: --builder host or --builder chroot'],
    });
  }
  const { site, writable } = await lend(params, ctx, runtime);
  onReady(site);
  const command = { argv, cwd: site.cwd, env: { ...site.env, ...plainMake(site), ...env } };
  return runtime.terminal({ ...command, writable, signal: ctx.signal });
}

function lend(params: CompileParams, ctx: ShellContext, runtime: Runtime): Promise<Lent> {
  switch (params.what) {
    case 'linux':
      return lendKernel(params, ctx);
    case 'match':
      return lendHome(ctx, matchSite(ctx, ctx.scratch));
    case 'iptables':
      return lendHome(ctx, iptablesSite(params, ctx, ctx.scratch), async (site) => {
        for (const argv of site.prepare) await runAt(site, argv, ctx, runtime);
      });
    case 'busybox':
      return lendHome(ctx, busyboxSite(ctx, ctx.scratch), (site) =>
        configureBusybox(site, params, (target) =>
          runAt(site, [...site.make, target], ctx, runtime),
        ),
      );
  }
}

function runAt(
  { cwd, env }: BuildSite,
  argv: Argv,
  { scratch, log, signal }: ShellContext,
  runtime: Runtime,
): Promise<void> {
  return runtime.run({ argv, cwd, env, writable: [scratch], log, signal });
}

/** A site that is made from scratch each time: the shell has one of its own. */
async function lendHome<S extends BuildSite>(
  { scratch }: ShellContext,
  laidOut: Promise<S>,
  configure?: (site: S) => Promise<void>,
): Promise<Lent> {
  const site = await laidOut;
  await configure?.(site);
  return { site, writable: { [scratch]: scratch } };
}

/**
 * The kernel's site is kept from build to build and holds absolute paths. So its O= folder is copied, and
 * so are the source folders that only the patches brought; the copies are laid over the originals. The
 * other sources are links to the unpacked tree, and stay read-only.
 */
async function lendKernel(
  params: Extract<CompileParams, { what: 'linux' }>,
  ctx: ShellContext,
): Promise<Lent> {
  return withWorkTree(ctx, async (tree) => {
    const build = join(ctx.scratch, 'build');
    await copyTree(tree.build, build);
    await placeConfig(join(need(ctx, 'config').dir, 'config'), build);
    const writable: Record<string, string> = { [tree.build]: build };
    for (const folder of await broughtFolders(need(ctx, 'patch').dir, need(ctx, 'tree').dir)) {
      const copy = join(ctx.scratch, 'src', folder);
      await copyTree(join(tree.src, folder), copy);
      writable[join(tree.src, folder)] = copy;
    }
    return { site: await linuxSite(tree, params), writable };
  });
}

/** The folders of a patch step's output that the unpatched tree has not, without those inside others. */
async function broughtFolders(patch: string, pristine: string): Promise<string[]> {
  const overlay = join(patch, 'overlay');
  const found = await readdir(overlay, { recursive: true, withFileTypes: true });
  const brought: string[] = [];
  for (const item of found.filter((each) => each.isDirectory())) {
    const folder = relative(overlay, join(item.parentPath, item.name));
    if ((await kindOf(join(pristine, folder))) === 'none') brought.push(folder);
  }
  return brought.filter((folder) => !brought.includes(dirname(folder)));
}

async function copyTree(from: string, to: string): Promise<void> {
  await ensureDirectory(to);
  const words: Argv = ['cp', '-a', '--reflink=auto', '--', `${from}/.`, to];
  await exec(words);
}

/** What lets a plain `make` in the site's folder have the variables that the step's make gets. */
function plainMake({ make }: BuildSite): Record<string, string> {
  const variables = make.filter((word) => /^\w+=/.test(word) && !word.startsWith('O='));
  // Blanks in a value are escaped as make itself does it ("Options/Recursion" in its manual).
  const words = variables.map((word) => word.replaceAll(/[\\ ]/g, '\\$&'));
  return words.length === 0 ? {} : { MAKEFLAGS: words.join(' ') };
}
