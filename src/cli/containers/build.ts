// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { EXIT, EXIT_BY_REASON, type ExitCode } from '../../model/failure.js';
import { loadToolchain } from '../../recipe/index.js';
import { PROJECT } from '../paths.js';
import { writeLine } from '../screen.js';
import { makeRoot, type RootOptions } from './root.js';

/** `l7build containers build NAME`: the root in the store. */
export async function buildToolchain(
  name: string,
  options: RootOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const toolchain = await loadToolchain(PROJECT, name);
  const made = await makeRoot(toolchain, 'root', options, signal);
  if ('reason' in made) return EXIT_BY_REASON[made.reason];
  const { root } = made;
  if (root === undefined) throw new Error('a root was asked for');
  if (!options.json) {
    const versions = Object.values(root.manifest.facts['versions'] as Record<string, string>);
    for (const version of versions) writeLine(`  ${version}`);
    writeLine(`Root of ${name}: ${join(root.dir, 'root')}`);
  }
  return EXIT.verified;
}
