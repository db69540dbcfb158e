// SPDX-License-Identifier: GPL-2.0-only
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { Failed } from '../model/failure.js';
import type { FetchPolicy } from '../model/step.js';
import { BUILDERS, type BuilderName } from '../model/runtime.js';
import { nearest } from '../recipe/nearest.js';

/** The options of the main job, as typed. */
export interface BuildOptions {
  readonly kernel: string;
  readonly iptables?: string;
  readonly layer7?: string;
  readonly mode: 'full' | 'module';
  readonly builder: BuilderName | 'auto';
  readonly toolchain?: string;
  /** Name to absolute path. */
  readonly source: Readonly<Record<string, string>>;
  readonly mirror: readonly string[];
  readonly offline: boolean;
  /** Absolute paths. */
  readonly keyring: readonly string[];
  readonly protocols?: readonly string[];
  readonly out?: string;
  readonly verify: boolean;
  readonly jobs: number;
  readonly ccache: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly plain: boolean;
  readonly verbose: boolean;
  readonly installDeps: boolean;
  /** Path of a lock. */
  readonly locked?: string;
}

/** From where files are brought, as the engine has it. */
export function fetchPolicy({
  mirror,
  offline,
  keyring,
}: Pick<BuildOptions, 'mirror' | 'offline' | 'keyring'>): FetchPolicy {
  return { mirrors: mirror, offline, ...(keyring.length === 0 ? {} : { keyrings: keyring }) };
}

/** Where a lock is written and looked for, if nobody says so otherwise. */
export const LOCK_FILE = 'l7build.lock';

/** What is to be built, of what; the options that stand for a plan's sources. */
export type RecipeOptions = Pick<
  BuildOptions,
  | 'kernel'
  | 'iptables'
  | 'layer7'
  | 'mode'
  | 'builder'
  | 'toolchain'
  | 'source'
  | 'mirror'
  | 'offline'
  | 'keyring'
  | 'protocols'
>;

/** What is to be built and where; the options that stand for a plan. */
export type ChoiceOptions = RecipeOptions &
  Pick<BuildOptions, 'out' | 'jobs' | 'installDeps' | 'locked'>;

/** Adds the options of the main job to a command, whose action then has a kernel. */
export function addBuildOptions(command: Command): Command {
  return addShowOptions(
    addChoiceOptions(command.allowExcessArguments().hook('preAction', refuseStray))
      .option('--no-verify', 'stop before the guest')
      .option(
        '--ccache',
        'compile kernels through ccache, for trees that are compiled again',
        false,
      )
      .option('--dry-run', 'print the plan and stop', false),
  );
}

/** Adds the options that say how a run is shown. */
export function addShowOptions(command: Command): Command {
  return command
    .option('--json', 'events as JSON, one a line', false)
    .option('--plain', 'plain lines, also on a terminal', false)
    .option('--verbose', 'tell how far running steps are', false);
}

/** Adds the options that say what is built and where to a command, whose action then has a kernel. */
export function addChoiceOptions(command: Command): Command {
  return addMeansOptions(
    addRecipeOptions(command).option(
      '--out <dir>',
      'where to deliver (default: out/<kernel>, with -module in module mode)',
    ),
  );
}

/** Adds the options that say how something is built that may have to be. */
export function addMeansOptions(command: Command): Command {
  return command
    .option('--jobs <n>', 'parallel jobs for make', positive, availableParallelism())
    .addOption(
      new Option('--locked [file]', 'take the inputs that a lock names, and no others')
        .preset(LOCK_FILE)
        .argParser((file: string) => resolve(file)),
    )
    .option('--install-deps', "install what is missing with the system's package manager", false);
}

/** Adds the options that say what is built to a command, whose action then has a kernel. */
export function addRecipeOptions(command: Command): Command {
  return addPartOptions(command.hook('preAction', refuseNoKernel));
}

/**
 * Adds the options that say what is built to a command which knows a kernel by itself.
 *
 * @param kernel how it is told another; default: by one name
 */
export function addPartOptions(
  command: Command,
  kernel = new Option('--kernel <version>', 'kernel recipe, such as 6.1 (see l7build list)'),
): Command {
  return addKeyringOption(addFetchOptions(command))
    .addOption(kernel)
    .option('--iptables <version>', "iptables recipe (default: the kernel recipe's)")
    .option('--layer7 <name>', "whose match, where the recipe fetches it (default: the recipe's)")
    .addOption(
      new Option('--mode <mode>', 'patched kernel, or only the match against kernel headers')
        .choices(['full', 'module'])
        .default('full'),
    )
    .addOption(
      new Option('--builder <builder>', 'where to compile')
        .choices(['auto', ...BUILDERS])
        .default('auto'),
    )
    .option(
      '--toolchain <name>',
      "what a builder with a root compiles with (default: the recipe's)",
    )
    .option(
      '--source <name=path>',
      'local tree or archive in place of a source, or REPOSITORY@REVISION of a git repository',
      collectSource,
      {},
    )
    .option('--protocols <set,...>', "definition sets (default: the recipe's)", splitList);
}

/** Adds the options that say from where files are brought; a mirror folder that is not there is refused. */
export function addFetchOptions(command: Command): Command {
  return command
    .hook('preAction', refuseNoMirror)
    .option('--mirror <dir|url>', 'look for files here first (repeatable)', collectMirror, [])
    .option('--offline', 'use no network at all', false);
}

/** Adds the option that says which keys of publishers to take. */
export function addKeyringOption(command: Command): Command {
  return command
    .hook('preAction', refuseNoKeyring)
    .option(
      '--keyring <file>',
      "keys that sign sources, in place of the recipes' addresses (repeatable)",
      collectPath,
      [],
    );
}

async function refuseNoKeyring(command: Command): Promise<void> {
  for (const file of command.opts()['keyring'] as string[]) {
    const there = await stat(file).catch(() => undefined);
    if (there?.isFile() === true) continue;
    throw new Failed({
      reason: 'usage',
      message: `--keyring ${file}: there is no such file`,
      hints: ['give a file of public keys, as gpg --export writes them'],
    });
  }
}

async function refuseNoMirror(command: Command): Promise<void> {
  const mirrors = (command.opts()['mirror'] as string[]).filter((mirror) => !isAddress(mirror));
  for (const mirror of mirrors) {
    const there = await stat(mirror).catch(() => undefined);
    if (there?.isDirectory() === true) continue;
    throw new Failed({
      reason: 'usage',
      message: `--mirror ${mirror}: there is no such folder`,
      hints: ['give a folder with files named as upstream names them, or an http address'],
    });
  }
}

/**
 * The main job needs no word, so a mistyped command arrives here as an argument; and an option that
 * is unknown has been refused by now, which says more than that --kernel is missing.
 */
function refuseStray(command: Command): void {
  const [stray] = command.args;
  if (stray !== undefined) {
    const commands = command.parent?.commands.map((each) => each.name()) ?? [];
    const near = nearest(stray, commands);
    const hint = near === undefined ? '' : `\n(Did you mean ${near}?)`;
    command.error(`error: there is no command ${JSON.stringify(stray)}${hint}`);
  }
}

function refuseNoKernel(command: Command): void {
  if (command.opts()['kernel'] === undefined) {
    command.error('error: say which kernel: --kernel VERSION (l7build list names them)');
  }
}

function collectSource(
  value: string,
  known: Readonly<Record<string, string>>,
): Record<string, string> {
  // In a lab a name may follow its kernel (lab/kernel-sources.ts).
  const match = /^((?:[^\s=/]+\/)?[a-z][a-z0-9-]*)=(.+)$/.exec(value);
  const [, name, path] = match ?? [];
  if (name === undefined || path === undefined) {
    throw new InvalidArgumentError(
      'write it as NAME=PATH, for example linux=/usr/src/linux or linux=/usr/src/linux@v6.1.',
    );
  }
  return { ...known, [name]: resolve(path) };
}

/** An argument of `--mirror`: an address, or a folder's path made absolute. */
function collectMirror(value: string, known: readonly string[]): string[] {
  return [...known, isAddress(value) ? value : resolve(value)];
}

function collectPath(value: string, known: readonly string[]): string[] {
  return [...known, resolve(value)];
}

function isAddress(mirror: string): boolean {
  return /^https?:\/\//.test(mirror);
}

/** An argument with commas between its words. */
export function splitList(value: string): string[] {
  return value.split(',').filter((item) => item !== '');
}

function positive(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) {
    throw new InvalidArgumentError('give a whole number from 1 to 9999.');
  }
  return Number(value);
}
