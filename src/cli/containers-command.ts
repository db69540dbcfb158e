// SPDX-License-Identifier: GPL-2.0-only
import { Option, type Command } from 'commander';
import { aligned } from '../host/columns.js';
import { ENGINES } from '../model/runtime.js';
import { addFetchOptions, addShowOptions } from './build-options.js';
import { buildToolchain, type ContainersBuildOptions } from './containers/build.js';
import { checkToolchains } from './containers/check.js';
import { listToolchains } from './containers/list.js';
import { removeToolchain } from './containers/remove.js';
import { updateToolchain } from './containers/update.js';
import type { Shell } from './shell.js';

const TOOLCHAIN = 'toolchain (see l7build containers list)';
const ANY = 'toolchain or userland (see l7build containers list)';

interface JsonOption {
  readonly json: boolean;
}

/** `l7build containers list|build|check|update|remove` */
export function addContainers(program: Command, shell: Shell): void {
  const containers = program
    .command('containers')
    .description('toolchains: the roots that builders compile in');
  containers
    .command('list')
    .description(
      'toolchains and userlands, what they are pinned to, and what is built of them here',
    )
    .option('--json', 'as JSON', false)
    .addHelpText('after', examples(['list', 'all of them']))
    .action(async (options: JsonOption) => {
      shell.end(await listToolchains(options, shell.signal));
    });
  addBuild(containers, shell);
  containers
    .command('check')
    .description('what drifted: locks against what the suites have now, roots against locks')
    .argument('[name]', `${ANY}; default: all`)
    .option('--json', 'as JSON', false)
    .addHelpText('after', examples(['check', 'all of them; exit code 1 when one has drifted']))
    .action(async (name: string | undefined, options: JsonOption) => {
      shell.end(await checkToolchains(name, options, shell.signal));
    });
  containers
    .command('update')
    .description('pin what the suite has now, and show what that changes')
    .argument('<name>', ANY)
    .option('--json', 'the changes as JSON', false)
    .addHelpText('after', examples(['update bookworm-gcc-12', 'writes its packages.lock']))
    .action(async (name: string, options: JsonOption) => {
      shell.end(await updateToolchain(name, options, shell.signal));
    });
  containers
    .command('remove')
    .description('remove the root of a toolchain, and its images')
    .argument('<name>', TOOLCHAIN)
    .addHelpText('after', examples(['remove bookworm-gcc-12', 'its packages stay in the store']))
    .action(async (name: string) => {
      shell.end(await removeToolchain(name, shell.signal));
    });
}

function addBuild(containers: Command, shell: Shell): void {
  const build = addFetchOptions(containers.command('build'))
    .description('make the root of a toolchain, or an image of it')
    .argument('<name>', TOOLCHAIN)
    .option(
      '--base <base>',
      "mmdebstrap: the locked packages alone; registry: on the recipe's image; or an image of yours",
      'mmdebstrap',
    )
    .addOption(new Option('--engine <engine>', 'make an image for it too').choices(ENGINES));
  addShowOptions(build)
    .addHelpText(
      'after',
      examples(
        ['build bookworm-gcc-12', 'the root in the store, as a build makes it'],
        ['build bookworm-gcc-12 --engine podman', 'and an image of it'],
        ['build bookworm-gcc-12 --base registry', "on the registry's Debian image"],
        ['build bookworm-gcc-12 --base HOST/debian@sha256:…', 'on an image of yours'],
      ),
    )
    .action(async (name: string, options: ContainersBuildOptions) => {
      shell.end(await buildToolchain(name, options, shell.signal));
    });
}

/** Command lines and what they do, aligned. */
function examples(...pairs: readonly (readonly [string, string])[]): string {
  const lines = aligned(pairs).map((line) => `  l7build containers ${line}`);
  return `\n${pairs.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`;
}
