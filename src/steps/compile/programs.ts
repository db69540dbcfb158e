// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { kindOf } from '../../host/files.js';
import { Failed } from '../../model/failure.js';
import type { StepContext } from '../../model/step.js';

/** Where a builder's commands are looked for. */
const FOLDERS = ['usr/local/bin', 'usr/bin', 'bin'];

/**
 * A program's absolute path inside the builder, or undefined if it has none. Looks, and starts nothing: a
 * command can be a virtual machine.
 */
export async function programIn(
  { toolchain }: StepContext['needs'],
  program: string,
): Promise<string | undefined> {
  const root = toolchain === undefined ? '/' : join(toolchain.dir, 'root');
  for (const folder of FOLDERS) {
    if ((await kindOf(join(root, folder, program))) !== 'none') return join('/', folder, program);
  }
  return undefined;
}

/**
 * Makes sure that the builder has programs that not every one has.
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
  const missing: string[] = [];
  for (const program of Object.keys(programs)) {
    if ((await programIn(needs, program)) === undefined) missing.push(program);
  }
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => programs[program] ?? program))].join(' ');
  const own = needs['toolchain'] === undefined;
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
