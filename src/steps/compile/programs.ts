// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { kindOf } from '../../host/files.js';
import { Failed } from '../../model/failure.js';
import type { StepContext } from '../../model/step.js';

/** Where a builder's commands are looked for. */
const FOLDERS = ['usr/local/bin', 'usr/bin', 'bin'];

/**
 * Makes sure that the builder has programs that not every one has. Looks, and starts nothing: a command
 * can be a virtual machine.
 *
 * @param programs the Debian package of each
 * @param why completes "this host has no …, which …"
 * @throws Failed `host-lacks` naming all that are missing, and their packages
 */
export async function requirePrograms(
  { needs }: Pick<StepContext, 'needs'>,
  programs: Readonly<Record<string, string>>,
  why: string,
): Promise<void> {
  const { toolchain } = needs;
  const root = toolchain === undefined ? '/' : join(toolchain.dir, 'root');
  const missing: string[] = [];
  for (const program of Object.keys(programs)) {
    const found = await Promise.all(FOLDERS.map((folder) => kindOf(join(root, folder, program))));
    if (found.every((kind) => kind === 'none')) missing.push(program);
  }
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => programs[program] ?? program))].join(' ');
  const own = toolchain === undefined;
  throw new Failed({
    reason: 'host-lacks',
    message: `${own ? 'this host' : 'the toolchain'} has no ${missing.join(', ')}, which ${why}`,
    hints: own
      ? [`install it: apt-get install --no-install-recommends ${packages}`]
      : [
          `take a toolchain whose containers/<name>/toolchain.yaml lists ${packages}: --toolchain NAME`,
        ],
  });
}
