// SPDX-License-Identifier: GPL-2.0-only
import { InvalidArgumentError, Option, type Command } from 'commander';
import { lastFetched } from '../engine/last-fetched.js';
import { Store } from '../engine/store.js';
import { EXIT, EXIT_BY_REASON, Failed, type ExitCode } from '../model/failure.js';
import type { LinuxRecipe } from '../model/recipe.js';
import type { FetchPolicy } from '../model/step.js';
import { listRecipes, loadLinuxRecipe } from '../recipe/index.js';
import { standing, type Release, type Standing } from '../sources/index.js';
import type { Reporter } from '../ui/reporter.js';
import { addFetchOptions, addKeyringOption, fetchPolicy } from './build-options.js';
import { PROJECT, storeRoot } from './paths.js';
import { openReporter, writeFailure, writeLine } from './screen.js';
import type { Shell } from './shell.js';
import { tryRelease, type Tried } from './try-release.js';
import { releaseLines, triedLines, type Asked } from './update-text.js';

interface UpdateOptions {
  readonly kernel?: string;
  /** Which of the newer releases the series is tried on; none without it. */
  readonly try?: 'newest' | 'all';
  readonly mirror: readonly string[];
  readonly keyring: readonly string[];
  readonly offline: boolean;
  readonly json: boolean;
}

const HELP = `
Asked are kernel.org's lists of checksums, the tags of git repositories, and the indexes of Debian's
suites. Of a package of Debian's, newer is what was not the last to be fetched. Without --try nothing is
downloaded but these lists; recipes are not changed.

Exit codes: 0 all could be asked (and tried); 1 a patch is rejected; 3 one could not be asked or fetched.

Examples:
  l7build update
  l7build update --kernel 2.6.32 --try
  l7build update --json`;

const SILENT: Reporter = { show: () => undefined, end: () => Promise.resolve() };

/** `l7build update` */
export function addUpdate(program: Command, shell: Shell): void {
  addKeyringOption(addFetchOptions(program.command('update')))
    .description('newer point releases of the kernels, and whether the patches go on')
    .option('--kernel <version>', 'that recipe alone')
    .addOption(
      new Option('--try [which]', 'fetch newer releases and try the series: newest or all')
        .preset('newest')
        .argParser(which),
    )
    .option('--json', 'as JSON', false)
    .addHelpText('after', HELP)
    .action(async (options: UpdateOptions) => {
      shell.end(await update(options, shell.signal));
    });
}

function which(value: string): 'newest' | 'all' {
  if (value === 'newest' || value === 'all') return value;
  throw new InvalidArgumentError('It has to be newest or all.');
}

async function update(options: UpdateOptions, signal: AbortSignal): Promise<ExitCode> {
  const policy = fetchPolicy(options);
  const recipes = await chosen(options.kernel);
  const cache = storeRoot(process.env);
  const had = await lastFetched(new Store(cache));
  const all = await Promise.all(
    recipes.map((recipe) => {
      const version = had('linux', recipe.linux.source);
      const known = version === undefined ? {} : { had: version };
      return ask(recipe, () => standing(recipe.linux.source, { cache, policy, signal, ...known }));
    }),
  );
  if (!options.json) for (const line of releaseLines(all)) writeLine(line);
  const tried = new Map<string, readonly Tried[]>();
  for (const recipe of recipes) {
    const newer = all.find(({ kernel }) => kernel === recipe.version)?.standing?.newer ?? [];
    tried.set(
      recipe.version,
      await tryAll(recipe, wanted(newer, options), { ...options, policy, signal }),
    );
  }
  if (options.json) {
    const documents = all.map(({ kernel, standing: found, failure }) => ({
      ...{ kernel, ...found },
      ...(failure === undefined ? {} : { failure }),
      ...(options.try === undefined ? {} : { tried: tried.get(kernel) }),
    }));
    writeLine(JSON.stringify(documents, null, 1));
  }
  return end(all, [...tried.values()].flat());
}

/** The recipes to ask about: those of the project, each file once, or the one that is named. */
async function chosen(kernel: string | undefined): Promise<LinuxRecipe[]> {
  if (kernel !== undefined) return [await loadLinuxRecipe(PROJECT, kernel)];
  const all = (await listRecipes(PROJECT)).filter((recipe) => recipe.kind === 'linux');
  return [
    ...new Map(all.toReversed().map((recipe) => [recipe.file.path, recipe])).values(),
  ].reverse();
}

/** One that cannot be asked is told of, and does not keep the others from being asked. */
async function ask(
  { version: kernel }: LinuxRecipe,
  answer: () => Promise<Standing | undefined>,
): Promise<Asked> {
  try {
    const found = await answer();
    return { kernel, ...(found === undefined ? {} : { standing: found }) };
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.reason === 'interrupted') throw error;
    return { kernel, failure: error.failure };
  }
}

function wanted(newer: readonly Release[], options: UpdateOptions): readonly Release[] {
  if (options.try === undefined) return [];
  return options.try === 'all' ? newer : newer.slice(-1);
}

async function tryAll(
  recipe: LinuxRecipe,
  releases: readonly Release[],
  { json, policy, signal }: { json: boolean; policy: FetchPolicy; signal: AbortSignal },
): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const release of releases) {
    const reporter = json
      ? SILENT
      : await openReporter({ json: false, plain: false, verbose: false });
    const circumstances = { what: 'update', policy, reporter, out: '', signal };
    const one = await tryRelease(recipe, release, circumstances);
    if ('failure' in one && one.failure.reason === 'interrupted') throw new Failed(one.failure);
    tried.push(one);
    if (!json) for (const line of triedLines(recipe.version, one)) writeLine(line);
  }
  return tried;
}

/** Shows what could not be asked or fetched, with the remedies. */
function end(all: readonly Asked[], tried: readonly Tried[]): ExitCode {
  const unasked = all.flatMap(({ kernel, failure }) =>
    failure === undefined ? [] : [{ what: `linux ${kernel} could not be asked`, failure }],
  );
  const untried = tried.flatMap((one) =>
    'failure' in one
      ? [{ what: `linux ${one.version} could not be tried`, failure: one.failure }]
      : [],
  );
  const failed = [...unasked, ...untried];
  for (const { what, failure } of failed) {
    writeFailure({ ...failure, message: `${what}: ${failure.message}` });
  }
  const [first] = failed;
  if (first !== undefined) return EXIT_BY_REASON[first.failure.reason];
  const rejected = tried.some(
    (one) => 'ledger' in one && one.ledger.some(({ outcome }) => outcome === 'rejected'),
  );
  return rejected ? EXIT.buildFailed : EXIT.verified;
}
