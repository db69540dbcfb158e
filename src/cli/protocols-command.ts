// SPDX-License-Identifier: GPL-2.0-only
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../model/failure.js';
import { summaryOf } from '../protocols/summary.js';
import { inspectSet } from '../protocols/set.js';
import { failureText } from '../ui/failure-text.js';
import { setFolder } from './definitions.js';
import { PROJECT } from './paths.js';
import { writeLine } from './screen.js';
import type { Shell } from './shell.js';
import { addTry } from './try-command.js';

interface SetOptions {
  readonly set: string;
  readonly json: boolean;
}

/** `l7build protocols list|lint|try` */
export function addProtocols(program: Command, shell: Shell): void {
  const protocols = program.command('protocols').description('definition files');
  protocols
    .command('list')
    .description('the protocols of a set')
    .option('--set <set>', 'definition set', 'l7build')
    .option('--json', 'as JSON', false)
    .action(async (options: SetOptions) => {
      await list(options);
      shell.end(EXIT.verified);
    });
  protocols
    .command('lint')
    .description('check the definition files of a set, or of a folder of yours')
    .argument('[folder]', 'folder with .pat files')
    .option('--set <set>', 'definition set', 'l7build')
    .option('--json', 'complaints as JSON', false)
    .addHelpText('after', '\nExample:\n  l7build protocols lint /etc/l7-protocols')
    .action(async (folder: string | undefined, options: SetOptions) => {
      shell.end(await lint(folder, options));
    });
  addTry(protocols, shell);
}

async function list({ set, json }: SetOptions): Promise<void> {
  const folder = setFolder(set);
  const { definitions } = await inspectSet(join(PROJECT, folder), folder);
  if (json) writeLine(JSON.stringify(definitions, null, 2));
  else for (const each of definitions) writeLine(`${each.name.padEnd(14)} ${summaryOf(each)}`);
}

async function lint(own: string | undefined, { set, json }: SetOptions): Promise<ExitCode> {
  const folder = own === undefined ? join(PROJECT, setFolder(set)) : resolve(own);
  const { definitions, diagnostics } = await inspectSet(folder, own ?? setFolder(set));
  const errors = diagnostics.filter((each) => each.severity === 'error').length;
  const message =
    `${String(definitions.length)} definitions, ${String(errors)} errors, ` +
    `${String(diagnostics.length - errors)} warnings`;
  if (json) writeLine(JSON.stringify(diagnostics, null, 2));
  else writeLine(failureText({ reason: 'definition-invalid', message, diagnostics }));
  return errors === 0 ? EXIT.verified : EXIT.usage;
}
