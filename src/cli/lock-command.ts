// SPDX-License-Identifier: GPL-2.0-only
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { entryOf } from '../bundle/create.js';
import { lockOf } from '../bundle/lock.js';
import { writeAtomically } from '../host/files.js';
import { EXIT, EXIT_BY_REASON, Failed, type ExitCode } from '../model/failure.js';
import { addRecipeOptions, addShowOptions, LOCK_FILE } from './build-options.js';
import { fetchAll, fetchesOf, type FetchOptions } from './fetch-sources.js';
import { choose, decideBuilder, prepare } from './job.js';
import { storeRoot } from './paths.js';
import { writeLine } from './screen.js';
import type { Shell } from './shell.js';

const HELP = `
The lock has every source of this build with version, address, size and SHA-256, also what Debian's
packages stand for today and each package of a toolchain's root, and the versions of the machine's tools
where they compile. A build with --locked takes exactly these, and refuses anything else; it asks no
mirror what is new.

Examples:
  l7build lock --kernel 6.1
  l7build --kernel 6.1 --locked
  l7build lock --kernel 6.12 --builder chroot --out 6.12.lock`;

/** `l7build lock` */
export function addLock(program: Command, shell: Shell): void {
  addShowOptions(addRecipeOptions(program.command('lock')))
    .description('write down every input of a build, for builds with --locked')
    .option('--out <file>', 'the file to write', LOCK_FILE)
    .addHelpText('after', HELP)
    .action(async (options: FetchOptions) => {
      shell.end(await lock(options, shell.signal));
    });
}

async function lock(options: FetchOptions, signal: AbortSignal): Promise<ExitCode> {
  const [own] = Object.keys(options.source);
  if (own !== undefined) {
    throw new Failed({
      reason: 'usage',
      message: `${own} is a source of yours, which nobody can lock: it may be another tomorrow`,
      hints: ['leave out --source, or name its checksum or commit in a recipe'],
    });
  }
  const cache = storeRoot(process.env);
  const chosen = await choose(options);
  const choice = await decideBuilder(chosen, options, cache);
  const how = { ...options, verify: false, jobs: 1 };
  const { plan } = await prepare(chosen, choice, how, cache, signal);
  const fetched = await fetchAll(fetchesOf(plan, options), 'lock', options, signal);
  if ('reason' in fetched) return EXIT_BY_REASON[fetched.reason];
  const entries = await Promise.all(fetched.map((each) => entryOf(each, cache, signal)));
  const written = lockOf(plan, entries);
  await writeAtomically(resolve(options.out), `${JSON.stringify(written, null, 1)}\n`);
  if (options.json) return EXIT.verified;
  writeLine(
    `Locked: ${String(entries.length)} sources and ${String(Object.keys(written.tools).length)} tools, in ${options.out}. Next: l7build --kernel ${options.kernel} --locked`,
  );
  return EXIT.verified;
}
