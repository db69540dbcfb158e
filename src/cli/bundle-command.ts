// SPDX-License-Identifier: GPL-2.0-only
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { createBundle } from '../bundle/create.js';
import type { BundleManifest } from '../bundle/manifest.js';
import { useBundle } from '../bundle/use.js';
import { Store } from '../engine/store.js';
import { formatBytes } from '../host/space.js';
import { EXIT, EXIT_BY_REASON, type ExitCode } from '../model/failure.js';
import type { Plan } from '../model/task.js';
import { addRecipeOptions, addShowOptions } from './build-options.js';
import { fetchAll, fetchesOf, type FetchOptions } from './fetch-sources.js';
import { choose, decideBuilder, planned } from './job.js';
import { localSources } from './local-sources.js';
import { storeRoot } from './paths.js';
import { writeLine } from './screen.js';
import type { Shell } from './shell.js';

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
  addShowOptions(addRecipeOptions(bundle.command('create')))
    .description('fetch every source of a build and write them into one file')
    .requiredOption('--out <file>', 'the file to write')
    .addHelpText('after', CREATE)
    .action(async (options: FetchOptions) => {
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

async function create(options: FetchOptions, signal: AbortSignal): Promise<ExitCode> {
  const cache = storeRoot(process.env);
  const plan = fetchesOf(await planOf(options, cache, signal), options);
  const out = resolve(options.out);
  const fetched = await fetchAll(plan, 'bundle', options, signal);
  if ('reason' in fetched) return EXIT_BY_REASON[fetched.reason];
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

/** A build's plan, also on a host that has nothing to build with: its tools say nothing of sources. */
async function planOf(options: FetchOptions, cache: string, signal: AbortSignal): Promise<Plan> {
  const chosen = await choose(options);
  const { name } = await decideBuilder(chosen, options, cache);
  return planned(
    chosen,
    { mode: options.mode, verify: false },
    {
      builder: name,
      overrides: await localSources(options.source, signal),
      tools: {},
      host: { toolchain: {}, musl: {}, userland: {}, vm: {} },
    },
  );
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
