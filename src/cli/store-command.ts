// SPDX-License-Identifier: GPL-2.0-only
import { InvalidArgumentError, type Command } from 'commander';
import { collect, examine, survey, totalOf, type Stored } from '../engine/housekeeping.js';
import { Store } from '../engine/store.js';
import { aligned } from '../host/columns.js';
import { formatBytes } from '../host/space.js';
import { EXIT, type ExitCode } from '../model/failure.js';
import { storeRoot } from './paths.js';
import { writeLine } from './screen.js';
import type { Shell } from './shell.js';

interface Options {
  readonly json: boolean;
}

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

const GC = `
What was used the longest time ago goes first. It is all made again when it is needed: downloads are
fetched again, kernels compiled again.

Examples:
  l7build store gc                only what killed runs left, and down to 20 GiB
  l7build store gc --size 5G
  l7build store gc --size 0       everything`;

const VERIFY = `
Every file of every entry is read and compared with the digest that it had when the entry was made; of
trees (unpacked sources, roots of toolchains) no digests are kept. A damaged entry is put aside, in the
store's folder quarantine/, and made again by the next run that needs it. Exit code 1 if there was one.`;

/** `l7build store show|verify|gc` */
export function addStore(program: Command, shell: Shell): void {
  const store = program
    .command('store')
    .description('what was fetched and made, kept for later runs');
  store
    .command('show')
    .description('what there is, the least recently used first')
    .option('--json', 'as JSON', false)
    .action(async ({ json }: Options) => {
      shell.end(await show(json));
    });
  store
    .command('verify')
    .description('look whether all is as it was made')
    .option('--json', 'as JSON', false)
    .addHelpText('after', VERIFY)
    .action(async ({ json }: Options) => {
      shell.end(await verify(json, shell.signal));
    });
  store
    .command('gc')
    .description('remove what was not used for the longest time')
    .option(
      '--size <size>',
      'what may stay, with K, M, G or T for powers of 1024',
      sizeOf,
      20 * 2 ** 30,
    )
    .option('--json', 'as JSON', false)
    .addHelpText('after', GC)
    .action(async ({ size, json }: Options & { readonly size: number }) => {
      shell.end(await gc(size, json, shell.signal));
    });
}

async function show(json: boolean): Promise<ExitCode> {
  const store = new Store(storeRoot(process.env));
  const stored = await survey(store);
  if (json) writeLine(JSON.stringify({ root: store.root, stored }, null, 2));
  else {
    for (const line of aligned(stored.map(rowOf))) writeLine(line);
    writeLine(
      `${store.root}: ${String(stored.length)} entries and trees, ${formatBytes(totalOf(stored))}`,
    );
  }
  return EXIT.verified;
}

async function verify(json: boolean, signal: AbortSignal): Promise<ExitCode> {
  const store = new Store(storeRoot(process.env));
  const found = await examine(store, { signal, onWait });
  if (json) writeLine(JSON.stringify(found, null, 2));
  else {
    for (const { task, path, key } of found.damaged) {
      writeLine(`damaged: ${path} of ${task}; now in quarantine/${key}`);
    }
    writeLine(
      `${String(found.files)} files of ${String(found.entries)} entries read, ${String(found.damaged.length)} damaged`,
    );
  }
  return found.damaged.length === 0 ? EXIT.verified : EXIT.buildFailed;
}

async function gc(limit: number, json: boolean, signal: AbortSignal): Promise<ExitCode> {
  const store = new Store(storeRoot(process.env));
  const { removed, left } = await collect(store, limit, { signal, onWait });
  if (json) writeLine(JSON.stringify({ root: store.root, removed, left }, null, 2));
  else {
    for (const line of aligned(removed.map(rowOf))) writeLine(`removed ${line}`);
    writeLine(`${store.root}: ${formatBytes(totalOf(left))} left`);
  }
  return EXIT.verified;
}

function onWait(): void {
  process.stderr.write('waiting for a run that uses the store\n');
}

function rowOf({ bytes, used, what, path }: Stored): string[] {
  return [formatBytes(bytes), used.toISOString().slice(0, 16).replace('T', ' '), what, path];
}

/** `500M` as bytes. */
function sizeOf(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([KMGT]?)$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * (UNITS[unit] ?? 1);
  throw new InvalidArgumentError(
    'It has to be a whole number with K, M, G, T or nothing behind it.',
  );
}
