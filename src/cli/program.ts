// SPDX-License-Identifier: GPL-2.0-only
import { Command } from 'commander';
import { build } from './build.js';
import { addBuildOptions, type BuildOptions } from './build-options.js';
import { addBundle } from './bundle-command.js';
import { addContainers } from './containers-command.js';
import { addDoctor } from './doctor.js';
import { addExplain } from './explain.js';
import { addInspection } from './inspect-commands.js';
import { addLab } from './lab-command.js';
import { addList } from './list.js';
import { addImage } from './image-command.js';
import { addLock } from './lock-command.js';
import { addProtocols } from './protocols-command.js';
import { addRebuild } from './rebuild-command.js';
import { addReport } from './report-command.js';
import type { Shell } from './shell.js';
import { addShell } from './shell-command.js';
import { addSign } from './sign-command.js';
import { addStore } from './store-command.js';
import { addUpdate } from './update-command.js';
import { addVerify } from './verify-command.js';
import { VERSION } from './version.js';

const EXAMPLES = `
Examples:
  l7build --kernel 6.1                   build, install and verify in a guest
  l7build --kernel 6.1 --mode module     only the match, against Debian's kernel: minutes faster
  l7build explain --kernel 6.1           what would be done, and whether it can be done here
  l7build config check /boot/config-6.1  has that kernel what the rules need?
  l7build bundle create --help           all sources in one file, for a host without network
  l7build lab up                         a firewall, a client and a host behind it, to try rules on
  l7build doctor --install               what this host lacks, installed

Exit codes: 0 verified; 1 build failed; 2 usage or recipe wrong; 3 the host lacks something or the
network failed; 4 built and booted but a check failed; 77 not applicable here; 130 interrupted.`;

/** The command line: every command and its options. */
export function makeProgram(shell: Shell): Command {
  const program = new Command('l7build')
    .description(
      'Builds Linux kernels with the layer7 match and iptables to fit, and proves both in a guest.',
    )
    .version(VERSION)
    .exitOverride((error) => {
      throw error;
    })
    .showHelpAfterError('(l7build --help shows commands and examples)')
    .addHelpText('after', EXAMPLES);
  addBuildOptions(program.command('build', { isDefault: true }))
    .description('build, install and verify; the main job')
    .addHelpText('after', EXAMPLES)
    .action(async (options: BuildOptions) => {
      shell.end(await build(options, shell.signal));
    });
  addList(program, shell);
  addExplain(program, shell);
  addInspection(program, shell);
  addVerify(program, shell);
  addSign(program, shell);
  addReport(program, shell);
  addRebuild(program, shell);
  addShell(program, shell);
  addLab(program, shell);
  addProtocols(program, shell);
  addContainers(program, shell);
  addImage(program, shell);
  addLock(program, shell);
  addUpdate(program, shell);
  addBundle(program, shell);
  addStore(program, shell);
  addDoctor(program, shell);
  return program;
}
