// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { buildToolchain } from './containers/build.js';
import type { RootOptions } from './containers/root.js';
import { updateToolchain } from './containers/update.js';
import { collectMirror } from './build-options.js';
import type { Shell } from './shell.js';

const NAME = 'toolchain (see l7build containers list)';

/** `l7build containers update` */
export function addContainers(program: Command, shell: Shell): void {
  const containers = program
    .command('containers')
    .description('toolchains: the roots that builders compile in');
  containers
    .command('build')
    .description('make the root of a toolchain in the store')
    .argument('<name>', NAME)
    .option('--mirror <dir|url>', 'look for packages here first (repeatable)', collectMirror, [])
    .option('--offline', 'use no network at all', false)
    .option('--json', 'events as JSON, one a line', false)
    .option('--plain', 'plain lines, also on a terminal', false)
    .option('--verbose', 'tell how far running steps are', false)
    .action(async (name: string, options: RootOptions) => {
      shell.end(await buildToolchain(name, options, shell.signal));
    });
  containers
    .command('update')
    .description('pin what the suite has now, and show what that changes')
    .argument('<name>', NAME)
    .option('--json', 'the changes as JSON', false)
    .addHelpText('after', '\nExample:\n  l7build containers update bookworm-gcc-12')
    .action(async (name: string, options: { readonly json: boolean }) => {
      shell.end(await updateToolchain(name, options, shell.signal));
    });
}
