// SPDX-License-Identifier: GPL-2.0-only
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { createBundle, type FetchedSource } from '../bundle/create.js';
import type { BundleManifest } from '../bundle/manifest.js';
import { useBundle } from '../bundle/use.js';
import { Store } from '../engine/store.js';
import { formatBytes } from '../host/space.js';
import { EXIT, EXIT_BY_REASON, type ExitCode, type Failure } from '../model/failure.js';
import type { Event } from '../model/event.js';
import type { FetchPolicy } from '../model/step.js';
import type { Plan } from '../model/task.js';
import { addRecipeOptions, type RecipeOptions } from './build-options.js';
import { choose, decideBuilder, planned } from './job.js';
import { localSources } from './local-sources.js';
import { NO_BUILDER } from './no-builder.js';
import { storeRoot } from './paths.js';
import { attempt, tellStart } from './plan-run.js';
import { openReporter, writeFailure, writeLine } from './screen.js';
import type { Shell } from './shell.js';

interface CreateOptions extends RecipeOptions {
  /** Path of the file. */
  readonly out: string;
  readonly json: boolean;
  readonly plain: boolean;
  readonly verbose: boolean;
}

const CREATE = `
The bundle has every file that recipes name for this build, for the same choice of kernel, mode, builder
and toolchain. Sources of your own (--source) are not in it: name them on the other host too.

Examples:
  l7build bundle create --kernel 6.1 --out linux-6.1.bundle
  l7build bundle create --kernel 6.1 --builder chroot --out linux-6.1.bundle   a toolchain's packages too`;

const USE = `
Examples:
  l7build bundle use linux-6.1.bundle
  l7build --offline --kernel 6.1`;

/** `l7build bundle create|use` */
export function addBundle(program: Command, shell: Shell): void {
  const bundle = program
    .command('bundle')
    .description('everything one build needs in one file, for a host without network');
  addRecipeOptions(bundle.command('create'))
    .description('fetch every source of a build and write them into one file')
    .requiredOption('--out <file>', 'the file to write')
    .option('--json', 'events as JSON, one a line', false)
    .option('--plain', 'plain lines, also on a terminal', false)
    .option('--verbose', 'tell how far running steps are', false)
    .addHelpText('after', CREATE)
    .action(async (options: CreateOptions) => {
      shell.end(await create(options, shell.signal));
    });
  bundle
    .command('use')
    .description('check a bundle and take all of it into the store')
    .argument('<file>', 'a file that l7build bundle create wrote')
    .addHelpText('after', USE)
    .action(async (file: string) => {
      shell.end(await use(resolve(file), shell.signal));
    });
}

async function create(options: CreateOptions, signal: AbortSignal): Promise<ExitCode> {
  const plan = await fetchesOf(options, signal);
  const cache = storeRoot(process.env);
  const out = resolve(options.out);
  const fetched: FetchedSource[] = [];
  const failure = await fetchAll(plan, options, signal, fetched);
  if (failure !== undefined) return EXIT_BY_REASON[failure.reason];
  const manifest = await createBundle(plan, fetched, out, new Store(cache), signal);
  if (options.json) return EXIT.verified;
  for (const name of Object.keys(options.source)) {
    writeLine(`Not in it: ${name}, which is a source of yours`);
  }
  writeLine(`Bundle: ${options.out}, ${contentOf(manifest)}.`);
  writeLine(
    `On the host without a network: l7build bundle use ${basename(out)}, then ${offlineBuild(manifest)}`,
  );
  return EXIT.verified;
}

/** The part of a build's plan that fetches what recipes name. */
async function fetchesOf(options: CreateOptions, signal: AbortSignal): Promise<Plan> {
  const chosen = await choose(options);
  const choice = await decideBuilder(chosen, options, storeRoot(process.env));
  const plan = planned(
    chosen,
    { mode: options.mode, verify: false },
    {
      builder: choice.name,
      overrides: await localSources(options.source, signal),
      // They say nothing of sources.
      tools: {},
      host: { toolchain: {}, musl: {}, userland: {}, vm: {} },
    },
  );
  const tasks = plan.tasks.filter(
    ({ id, verb }) => verb === 'fetch' && !(id.replace('fetch:', '') in options.source),
  );
  return { ...plan, tasks };
}

/** Fetches, and shows how that goes. Returns the failure, which has been shown. */
async function fetchAll(
  plan: Plan,
  options: CreateOptions,
  signal: AbortSignal,
  fetched: FetchedSource[],
): Promise<Failure | undefined> {
  const cache = storeRoot(process.env);
  const policy: FetchPolicy = { mirrors: options.mirror, offline: options.offline };
  const reporter = await openReporter(options);
  const emit = (event: Event): void => {
    reporter.show(event);
  };
  const tellEnd = tellStart({ ...plan, mode: 'bundle' }, emit);
  const failure = await attempt(plan, {
    cache,
    logs: join(cache, 'logs', 'bundle'),
    policy,
    builder: NO_BUILDER,
    jobs: availableParallelism(),
    signal,
    emit,
    onResult: () => undefined,
    finish: (results) => {
      for (const { task, entry } of results) {
        if (task.verb === 'fetch') fetched.push({ ...task.params, entry });
      }
      return Promise.resolve();
    },
  });
  tellEnd(failure, options.out);
  await reporter.end();
  if (failure !== undefined) writeFailure(failure);
  return failure;
}

async function use(file: string, signal: AbortSignal): Promise<ExitCode> {
  const store = new Store(storeRoot(process.env));
  const { waiting } = await import('../ui/waiting.js');
  const manifest = await waiting(`checking ${basename(file)}`, () =>
    useBundle(file, store, signal),
  );
  for (const { name, files } of manifest.entries) {
    writeLine(
      `  ${name}: ${files.length === 1 ? (files[0]?.path ?? '') : `${String(files.length)} files`}`,
    );
  }
  writeLine(`In the store: ${contentOf(manifest)}. Next: ${offlineBuild(manifest)}`);
  return EXIT.verified;
}

function contentOf({ entries }: BundleManifest): string {
  const files = entries.flatMap((entry) => entry.files);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return `${String(entries.length)} sources, ${String(files.length)} files, ${formatBytes(bytes)}`;
}

function offlineBuild({ kernel, mode }: BundleManifest): string {
  return `l7build --offline --kernel ${kernel}${mode === 'full' ? '' : ` --mode ${mode}`}`;
}
