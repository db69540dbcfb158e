// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDirectory } from '../../host/files.js';
import { sha256 } from '../../host/hash.js';
import { Failed } from '../../model/failure.js';
import type { CcacheUse } from '../../model/ccache.js';
import type { BuildCommand, Runtime } from '../../model/runtime.js';
import type { Era } from '../../model/recipe.js';
import type { StepContext } from '../../model/step.js';
import { need } from '../needs.js';
import { programIn } from './programs.js';

/** What the objects of one kernel, compiled by one toolchain, may take: a few configurations of it. */
const MAX_SIZE = '2G';
/** Digits that tell toolchains apart. */
const DIGITS = 12;

/** ccache(1) around a compile's compiler. */
export interface Ccache {
  /** What each of the compile's commands gets beside its own. */
  readonly command: Pick<BuildCommand, 'env' | 'writable' | 'programs'>;
  /** What ccache did, once the compile has ended. */
  use(): Promise<CcacheUse>;
}

/**
 * Puts ccache between make and the compiler, by its name: a link called `gcc` that comes before the real
 * one in PATH. So the tree, kbuild's notes of its commands among it, never sees whether it is there.
 *
 * What one compile puts into its folder, the next one takes for the compiler's work. A tree that means harm
 * may put anything there; so every unpacked tree has a folder of its own, and every toolchain too.
 */
export async function openCcache(era: Era, ctx: StepContext): Promise<Ccache> {
  const runtime = await ctx.runtime();
  const found = await findCcache(era, runtime, ctx);
  if (typeof found !== 'string') {
    ctx.warn(`compiled without ccache: ${found.off}`);
    return off(found.off);
  }
  const command = await layOut(found, runtime, ctx);
  const ask = (question: string): Promise<CcacheUse> =>
    countsOf({ ...command, argv: [found, question] }, runtime, ctx);
  const ready = await ask('--zero-stats');
  return 'off' in ready ? off(ready.off) : { command, use: () => ask('--print-stats') };
}

/** Makes the folder that keeps the objects, and the link before the compiler. */
async function layOut(
  program: string,
  runtime: Runtime,
  ctx: StepContext,
): Promise<Ccache['command']> {
  const name = `${need(ctx, 'tree').manifest.key}-${system(runtime, ctx)}`;
  const folder = join(ctx.cache, 'ccache', name);
  await ensureDirectory(folder);
  const now = new Date();
  await utimes(folder, now, now);
  const programs = join(ctx.scratch, 'ccache');
  await mkdir(programs);
  await symlink(program, join(programs, 'gcc'));
  return { env: ccacheEnv(folder), writable: [folder], programs };
}

/** Runs ccache itself. @returns the numbers that it prints, or why it did not run */
async function countsOf(
  command: Pick<BuildCommand, 'argv' | 'env' | 'writable'>,
  runtime: Runtime,
  { scratch, log, signal }: StepContext,
): Promise<CcacheUse> {
  const lines: string[] = [];
  const onLine = (line: string): number => lines.push(line);
  const writable = [...command.writable, scratch];
  try {
    await runtime.run({ ...command, writable, cwd: scratch, log, signal, onLine });
    return countsIn(lines);
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') throw error;
    return { off: `it does not work here: ${error.failure.message}` };
  }
}

/**
 * The environment of a compile that goes through ccache. What is not said here is as ccache has it by
 * itself, which is the strict way: no sloppiness, the working directory counts, no path is rewritten.
 * Neither a file of the machine's nor one that a compile left in the folder changes that.
 *
 * @param folder where it keeps objects
 */
export function ccacheEnv(folder: string): Record<string, string> {
  return {
    CCACHE_DIR: folder,
    CCACHE_CONFIGPATH: '/dev/null',
    // A compiler is what it is made of, not when it was installed.
    CCACHE_COMPILERCHECK: 'content',
    CCACHE_MAXSIZE: MAX_SIZE,
  };
}

/** The numbers in what `ccache --print-stats` prints: a name and a number a line. */
export function countsIn(lines: readonly string[]): CcacheUse {
  const numbers = new Map(
    lines.map((line) => line.split('\t')).map(([name, n]) => [name, Number(n)]),
  );
  const sum = (...names: string[]): number =>
    names.reduce((total, name) => total + (numbers.get(name) ?? 0), 0);
  return {
    hits: sum('direct_cache_hit', 'preprocessed_cache_hit'),
    misses: sum('cache_miss'),
  };
}

function off(why: string): Ccache {
  return { command: { env: {}, writable: [] }, use: () => Promise.resolve({ off: why }) };
}

/** ccache's path inside the builder, or why it is not used. */
async function findCcache(
  era: Era,
  { name }: Runtime,
  { needs }: StepContext,
): Promise<string | { readonly off: string }> {
  if (name === 'qemu') {
    return {
      off: 'the builder qemu has the store by 9p, where locks and links are not to be relied on',
    };
  }
  if (era.compiler !== undefined)
    return { off: `nobody has tried it with kernels of the era ${era.name}` };
  const found = await programIn(needs, 'ccache');
  if (found !== undefined) return found;
  return {
    off:
      needs['toolchain'] === undefined
        ? 'this host has none (package ccache)'
        : 'the toolchain has none',
  };
}

/** What tells apart what compiles: a toolchain's root, or the versions of the machine's own tools. */
function system({ toolchain }: Runtime, { needs }: StepContext): string {
  const root = needs['toolchain'];
  return (root?.manifest.key ?? sha256(JSON.stringify(toolchain))).slice(0, DIGITS);
}
