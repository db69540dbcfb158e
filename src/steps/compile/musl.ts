// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepContext } from '../../model/step.js';
import { requirePrograms } from './programs.js';

/**
 * The kernel's own headers, which no libc brings: where Debian's linux-libc-dev has them. musl-gcc looks
 * into its own folder only, and next to these lie glibc's, which are not for it.
 */
const KERNEL_HEADERS = {
  linux: '/usr/include/linux',
  asm: '/usr/include/x86_64-linux-gnu/asm',
  'asm-generic': '/usr/include/asm-generic',
  mtd: '/usr/include/mtd',
} as const;

/** What make(1) is told to compile with. */
export interface MuslCompiler {
  /** The value of CC. */
  readonly cc: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A compiler of programs for musl, which run on kernels of any age when they are linked statically.
 * glibc 2.36's do not (stat fails before Linux 2.6.39, for want of AT_EMPTY_PATH), and that of the host's
 * own programs is whatever the host has.
 *
 * @param home folder of the build, without blanks in its path; gets links to the kernel's headers, and is
 *   left out of all that is compiled
 * @throws Failed `host-lacks` where the builder has no musl
 */
export async function muslCompiler(
  ctx: Pick<StepContext, 'needs'>,
  home: string,
): Promise<MuslCompiler> {
  await requirePrograms(ctx, { 'musl-gcc': 'musl-tools' }, 'compiles for old kernels');
  const headers = join(home, 'kernel-headers');
  await mkdir(headers);
  for (const [name, target] of Object.entries(KERNEL_HEADERS)) {
    await symlink(target, join(headers, name));
  }
  // All in one variable: not every makefile hands CPPFLAGS or CFLAGS to every program.
  const flags = ['-D_GNU_SOURCE', `-idirafter ${headers}`, `-ffile-prefix-map=${home}=.`];
  return {
    cc: ['musl-gcc', ...flags].join(' '),
    env: {
      // The recipe's compiler, where musl-gcc's default is the distribution's.
      REALGCC: 'gcc',
      // The system's libraries are of its own libc: whatever asks for one is told that there is none.
      PKG_CONFIG_LIBDIR: '/nonexistent',
    },
  };
}
