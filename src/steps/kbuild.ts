// SPDX-License-Identifier: GPL-2.0-only
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from '../host/exec.js';
import type { Era, LinuxRecipe } from '../model/recipe.js';
import type { WorkTree } from '../series/work-tree.js';

/**
 * Environment under which a kernel tree yields the same bytes on every machine: fixed builder names, and
 * the date of the sources in place of the clock's (Documentation/kbuild/reproducible-builds.rst).
 *
 * @param src the source tree
 */
export async function kbuildEnv(src: string): Promise<Record<string, string>> {
  const epoch = await sourceDate(join(src, 'Makefile'));
  return {
    SOURCE_DATE_EPOCH: epoch,
    KBUILD_BUILD_TIMESTAMP: `@${epoch}`,
    KBUILD_BUILD_USER: 'l7build',
    KBUILD_BUILD_HOST: 'l7build',
    KBUILD_BUILD_VERSION: '1',
    LOCALVERSION: '',
  };
}

/** The name of an architecture's folder below arch/ (SRCARCH in the kernel's Makefile). */
export function srcArch(arch: LinuxRecipe['arch']): string {
  return { x86_64: 'x86' }[arch];
}

/** A file's date in seconds since 1970, as SOURCE_DATE_EPOCH has it: for what is made in place of the clock's. */
export async function sourceDate(file: string): Promise<string> {
  const { mtimeMs } = await stat(file);
  return String(Math.floor(mtimeMs / 1000));
}

/** A kernel tree with its output in a folder of its own. */
export interface KbuildPlace extends Pick<WorkTree, 'src' | 'build'> {
  readonly arch: LinuxRecipe['arch'];
  readonly era: Era;
}

/** argv of make(1) for a kernel tree. */
export function kbuildMake({ src, build, arch, era }: KbuildPlace, ...targets: string[]): Argv {
  // Some parts of old trees set their own flags in place of all others (arch/x86/boot/Makefile): what every
  // call needs is part of the compiler's name.
  const flags = era.compiler?.flags.map((flag) => flag.replace('@src@', src));
  const compiler = flags === undefined ? [] : [`CC=gcc ${flags.join(' ')}`];
  // pahole serves BTF, which no fragment asks for; kbuild writes its version into .config where it finds one.
  const words = ['-C', src, `O=${build}`, `ARCH=${arch}`, 'PAHOLE=no-pahole', ...compiler];
  return ['make', ...words, ...targets];
}

/** Kbuild's and automake's short lines for something compiled: `  CC [M]  net/netfilter/x_tables.o`. */
const OBJECT_LINE = /^ {2}(?:CC|AS)(?: \[M\])? +(\S+)/;

/** The object that a line of a make's output tells of, or undefined. */
export function objectOf(line: string): string | undefined {
  return OBJECT_LINE.exec(line)?.[1];
}
