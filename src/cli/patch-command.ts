// SPDX-License-Identifier: GPL-2.0-only
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { writeAtomically } from '../host/files.js';
import { EXIT, Failed, type ExitCode } from '../model/failure.js';
import type { LedgerLine } from '../model/ledger.js';
import type { LinuxRecipe, SourceSpec } from '../model/recipe.js';
import { ledgerTable } from '../series/ledger-table.js';
import { refuseRejects } from '../series/rejection.js';
import { trySeries } from '../series/try-series.js';
import { plainPatch } from '../series/write-entry.js';

/** What the patch commands get from the command line around them. */
export interface PatchDeps {
  /** The project's root. */
  readonly project: string;
  readonly signal: AbortSignal;
  readonly recipe: (version: string) => Promise<LinuxRecipe>;
  /** An unpacked source as it was fetched, if the store has it. */
  readonly cachedTree: (name: string, spec: SourceSpec) => Promise<string | undefined>;
  readonly write: (data: string | Uint8Array) => void;
  readonly end: (code: ExitCode) => void;
}

interface PatchOptions {
  readonly kernel: string;
  readonly tree?: string;
  readonly layer7?: string;
  readonly fuzz: number;
  readonly json: boolean;
  readonly output?: string;
}

/** Adds `l7build patch status|try|export`. */
export function registerPatchCommand(program: Command, deps: PatchDeps): void {
  const patch = program.command('patch').description("a recipe's patches and how they go on");
  const command = (name: string): Command =>
    patch
      .command(name)
      .requiredOption('--kernel <version>', 'kernel recipe')
      .option('--layer7 <path>', 'another unpacked tree of a match that is fetched')
      .option('--fuzz <lines>', 'context lines that a hunk may give up', fuzzLines, 0);
  const report = async (options: PatchOptions): Promise<void> => {
    const ledger = await patchStatus(options, deps);
    const lines = options.json ? [JSON.stringify(ledger, null, 1)] : ledgerTable(ledger);
    deps.write(`${lines.join('\n')}\n`);
    const rejected = ledger.some(({ outcome }) => outcome === 'rejected');
    deps.end(rejected ? EXIT.buildFailed : EXIT.verified);
  };
  command('status')
    .description("the ledger per patch, on the recipe's own tree")
    .option('--tree <path>', 'another unpacked tree')
    .option('--json', 'the ledger as JSON', false)
    .action(report);
  command('try')
    .description('would the series apply to that tree?')
    .requiredOption('--tree <path>', 'an unpacked tree; only read')
    .option('--json', 'the ledger as JSON', false)
    .action(report);
  command('export')
    .description('everything as one plain patch for patch -p1')
    .option('--tree <path>', 'another unpacked tree')
    .option('--output <file>', 'write it there (default: standard output)')
    .action(async (options: PatchOptions) => {
      const text = Buffer.from(await exportPatch(options, deps), 'latin1');
      if (options.output === undefined) deps.write(text);
      else await writeAtomically(resolve(options.output), text);
      deps.end(EXIT.verified);
    });
}

/** What a trial needs of them. */
type TrialDeps = Pick<PatchDeps, 'project' | 'signal' | 'recipe' | 'cachedTree'>;

type Choice = Pick<PatchOptions, 'kernel' | 'tree' | 'layer7' | 'fuzz'>;

/**
 * The ledger of a recipe's series on a tree.
 * @throws Failed `usage` (no such tree), `source-missing` (none in the store), and as applySeries
 */
export async function patchStatus(
  options: Choice,
  deps: TrialDeps,
): Promise<readonly LedgerLine[]> {
  return trySeries(await trial(options, deps), ({ ledger }) => ledger);
}

/**
 * A recipe's whole series as one patch; Latin-1 characters, one per byte.
 * @throws Failed as patchStatus, and `patch-rejected`
 */
export async function exportPatch(options: Choice, deps: TrialDeps): Promise<string> {
  return trySeries(await trial(options, deps), ({ ledger, draft }) => {
    refuseRejects(ledger);
    return plainPatch(draft);
  });
}

async function trial(
  { kernel, tree, layer7, fuzz }: Choice,
  { project, recipe, cachedTree, signal }: TrialDeps,
): Promise<Parameters<typeof trySeries>[0]> {
  const { linux, layer7: provider, series } = await recipe(kernel);
  const treeOf = async (name: string, spec: SourceSpec, own?: string): Promise<string> => {
    const place =
      own === undefined ? await cachedTree(name, spec) : await directory(OPTION[name] ?? name, own);
    if (place !== undefined) return place;
    throw notYet(kernel, name);
  };
  return {
    series: [...series, ...(provider?.linux ?? [])],
    project,
    tree: await treeOf('linux', linux, tree),
    sources:
      provider === undefined ? {} : { layer7: await treeOf('layer7', provider.layer7, layer7) },
    fuzz,
    signal,
  };
}

/** The option that names a tree in place of a source's. */
const OPTION: Readonly<Record<string, string>> = { linux: '--tree', layer7: '--layer7' };

function notYet(kernel: string, name: string): Failed {
  return new Failed({
    reason: 'source-missing',
    message: `the store has no unpacked tree of ${name === 'linux' ? `linux ${kernel}` : name} yet`,
    hints: [
      `fetch and unpack it by a build: l7build --kernel ${kernel} --no-verify`,
      `or name a tree of yours: ${OPTION[name] ?? name} PATH`,
    ],
  });
}

async function directory(option: string, path: string): Promise<string> {
  const place = resolve(path);
  const found = await stat(place).catch(() => undefined);
  if (found?.isDirectory() === true) return place;
  throw new Failed({
    reason: 'usage',
    message: `${option} ${path} is not a directory`,
    hints: ['name the directory of an unpacked source tree'],
  });
}

function fuzzLines(value: string): number {
  if (/^[0-9]$/.test(value)) return Number(value);
  throw new InvalidArgumentError('a number of lines from 0 to 9.');
}
