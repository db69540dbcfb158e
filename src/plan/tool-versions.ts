// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';
import {
  PATCHED_FOR,
  type LinuxRecipe,
  type ToolNeed,
  type ToolchainRecipe,
} from '../model/recipe.js';
import type { ToolVersions } from './needed-series.js';

/** The program whose version is that of a tool. */
const PROGRAM: Readonly<Record<ToolNeed['tool'], string>> = {
  gcc: 'gcc',
  binutils: 'ld',
  make: 'make',
  perl: 'perl',
};

/** A version in what a program says of itself: perl's stands in brackets, the others' at the end. */
const SAID = /\(v(\d+\.\d+\.\d+)\)|(\d+(?:\.\d+)+)$/;

/** Versions from what the programs say (`gcc (Debian 12.2.0-14) 12.2.0`), by the programs' names. */
export function versionsOfPrograms(said: Readonly<Record<string, string>>): ToolVersions {
  return collected((tool) => {
    const [, bracketed, last] = SAID.exec(said[PROGRAM[tool]] ?? '') ?? [];
    return bracketed ?? last;
  });
}

/** Versions from the packages that a toolchain's root is made of. */
export function versionsOfPackages({
  compiler,
  lock,
}: Pick<ToolchainRecipe, 'compiler' | 'lock'>): ToolVersions {
  return collected((tool) => {
    const name = tool === 'gcc' ? compiler : tool;
    const version = lock.debs.find((deb) => deb.name === name)?.version ?? '';
    return /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(version)?.[1];
  });
}

function collected(versionOf: (tool: ToolNeed['tool']) => string | undefined): ToolVersions {
  const known = PATCHED_FOR.map((tool) => [tool, versionOf(tool)] as const);
  return Object.fromEntries(known.filter(([, version]) => version !== undefined));
}

/**
 * Says so before an hour is lost: trees of some eras are known to build with some compilers only.
 *
 * @throws Failed `not-applicable`
 */
export function refuseCompiler({ version, era }: LinuxRecipe, { gcc }: ToolVersions): void {
  if (era.compiler === undefined || gcc === undefined) return;
  const { oldest, newest } = era.compiler;
  const major = Number.parseInt(gcc, 10);
  if (major >= oldest && major <= newest) return;
  throw new Failed({
    reason: 'not-applicable',
    message: `linux ${version} does not build with gcc ${gcc}: gcc ${String(oldest)} to ${String(newest)} do`,
    hints: [
      'compile in the root of another toolchain: --builder chroot --toolchain NAME (l7build containers list)',
    ],
  });
}
