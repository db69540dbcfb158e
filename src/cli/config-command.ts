// SPDX-License-Identifier: GPL-2.0-only
import { release } from 'node:os';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { kindOf } from '../host/files.js';
import { kernelOf, readConfigFile } from '../kconfig/config-file.js';
import { judge } from '../kconfig/contract.js';
import {
  configDifferences,
  differenceTable,
  requestTable,
  verdictTable,
  type ConfigDifference,
} from '../kconfig/tables.js';
import { isMet } from '../kconfig/verdict.js';
import type { ConfigVerdict } from '../model/config.js';
import { EXIT, Failed, type ExitCode } from '../model/failure.js';
import type { LinuxRecipe, SymbolRequest } from '../model/recipe.js';

/** What the config commands get from the command line around them. */
export interface ConfigDeps {
  readonly recipe: (version: string) => Promise<LinuxRecipe>;
  readonly write: (data: string) => void;
  readonly end: (code: ExitCode) => void;
}

interface ConfigOptions {
  readonly kernel?: string;
  readonly all: boolean;
  readonly json: boolean;
}

/** Adds `l7build config show|check|diff`. */
export function registerConfigCommand(program: Command, deps: ConfigDeps): void {
  const config = program.command('config').description('the CONFIG contract of a recipe');
  const say = (data: unknown, lines: readonly string[], json: boolean): void => {
    deps.write(
      json ? `${JSON.stringify(data, null, 1)}\n` : lines.map((line) => `${line}\n`).join(''),
    );
  };
  const json = ['--json', 'as JSON', false] as const;
  config
    .command('show')
    .description('every option that a recipe asks for, with its value, place and reason')
    .requiredOption('--kernel <version>', 'kernel recipe')
    .option(...json)
    .action(async (options: ConfigOptions & { readonly kernel: string }) => {
      const { requests } = (await deps.recipe(options.kernel)).config;
      say(requests, requestTable(requests), options.json);
      deps.end(EXIT.verified);
    });
  config
    .command('check')
    .argument(
      '[file]',
      "a kernel's config, packed or not, or a build directory (default: this kernel's)",
    )
    .description('has that kernel what the rules need?')
    .option(
      '--kernel <version>',
      'kernel recipe (default: the one for the version that the file names)',
    )
    .option('--all', "compare the guest's own options too, not only those that rules need", false)
    .option(...json)
    .action(async (file: string | undefined, options: ConfigOptions) => {
      const { path, verdicts } = await configCheck(file, options, deps);
      say({ path, verdicts }, [`${path}:`, ...verdictTable(verdicts)], options.json);
      deps.end(verdicts.every(isMet) ? EXIT.verified : EXIT.checkFailed);
    });
  config
    .command('diff')
    .argument('<a>')
    .argument('<b>')
    .description('the options on which two configurations differ')
    .option(...json)
    .action(async (a: string, b: string, options: ConfigOptions) => {
      const differences = await configDiff(a, b);
      say(differences, differenceTable(differences), options.json);
      deps.end(EXIT.verified);
    });
}

/**
 * Compares a kernel's configuration with a recipe's requests.
 *
 * @param file see readConfigFile; undefined: the running kernel's
 * @param options `kernel`: the recipe; undefined: the one for the version that the file names
 * @throws Failed `usage` if there is no such configuration, and as `deps.recipe`
 */
export async function configCheck(
  file: string | undefined,
  options: Pick<ConfigOptions, 'kernel' | 'all'>,
  deps: Pick<ConfigDeps, 'recipe'>,
): Promise<{ readonly path: string; readonly verdicts: readonly ConfigVerdict[] }> {
  const { path, text } = await readConfigFile(file ?? (await ownConfig()));
  const { config } = await deps.recipe(options.kernel ?? kernelOf({ path, text }));
  const requests = options.all ? config.requests : config.requests.filter(isForRules);
  return { path, verdicts: await judge(requests, text) };
}

/** The options on which two configurations differ. @throws Failed as readConfigFile */
export async function configDiff(a: string, b: string): Promise<ConfigDifference[]> {
  const [left, right] = await Promise.all([readConfigFile(a), readConfigFile(b)]);
  return configDifferences(left.text, right.text);
}

/** Fragments named base-* describe the guest that we boot; all others say what rules need of any kernel. */
function isForRules({ file }: SymbolRequest): boolean {
  return !basename(file).startsWith('base-');
}

async function ownConfig(): Promise<string> {
  const places = ['/proc/config.gz', `/boot/config-${release()}`];
  for (const place of places) if ((await kindOf(place)) === 'file') return place;
  throw new Failed({
    reason: 'usage',
    message: `this kernel shows its configuration neither in ${places.join(' nor in ')}`,
    hints: ['name a file: l7build config check FILE --kernel VERSION'],
  });
}
