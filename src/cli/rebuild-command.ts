// SPDX-License-Identifier: GPL-2.0-only
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { REBUILDS, Store } from '../engine/store.js';
import { exec } from '../host/exec.js';
import { removeTree, writeAtomically } from '../host/files.js';
import { findProgram } from '../host/tools.js';
import { EXIT, Failed, type ExitCode } from '../model/failure.js';
import type { Report } from '../model/report.js';
import { addBuildOptions, type BuildOptions } from './build-options.js';
import { build } from './build.js';
import { storeRoot } from './paths.js';
import { readReport } from './report-file.js';
import { writeLine } from './screen.js';
import type { Shell } from './shell.js';

/** Seconds that diffoscope may take for an artifact. */
const DIFFOSCOPE_S = 600;

interface Options {
  readonly out?: string;
  readonly jobs?: string;
  readonly builder?: string;
  readonly plain: boolean;
}

const HELP = `
All is made again in a store of its own, which is removed afterwards; only downloads are taken over, and
checked again. The guest is not started: what is the same in every byte has been verified. What differs
is told apart by diffoscope, if it is installed. Exit code 0 if every artifact is the same, 1 if not.

Examples:
  l7build rebuild out/6.1
  l7build rebuild out/6.1/report.json --jobs 1 --builder chroot`;

/** `l7build rebuild REPORT` */
export function addRebuild(program: Command, shell: Shell): void {
  program
    .command('rebuild')
    .description('the same again from nothing, and a byte-for-byte comparison')
    .argument('<report>', 'an output folder, or the report.json in it')
    .option('--out <dir>', 'where to deliver (default: beside the first, with .rebuilt)')
    .option('--jobs <n>', 'parallel jobs for make')
    .option('--builder <builder>', "where to compile (default: the report's)")
    .option('--plain', 'plain lines, also on a terminal', false)
    .addHelpText('after', HELP)
    .action(async (report: string, options: Options) => {
      shell.end(await rebuild(resolve(report), options, shell.signal));
    });
}

async function rebuild(path: string, options: Options, signal: AbortSignal): Promise<ExitCode> {
  const first = basename(path) === 'report.json' ? dirname(path) : path;
  const before = await reportIn(first);
  const out = resolve(options.out ?? `${first}.rebuilt`);
  const store = new Store(storeRoot(process.env));
  const exitCode = await store.reading(
    async () => {
      await mkdir(join(store.root, REBUILDS), { recursive: true });
      const fresh = await mkdtemp(join(store.root, REBUILDS, 'store-'));
      try {
        await takeDownloads(store, new Store(fresh));
        return await build(again(before, options, out), signal, fresh);
      } finally {
        await removeTree(fresh);
      }
    },
    { signal },
  );
  if (exitCode !== EXIT.verified) return exitCode;
  return compare(before, await reportIn(out), { first, out, signal });
}

/** @throws Failed `usage` for a folder without the report of a finished build */
async function reportIn(folder: string): Promise<Report> {
  const report = await readReport(folder);
  if (report !== undefined && report.artifacts.length > 0) return report;
  throw new Failed({
    reason: 'usage',
    message: `${folder} has no report of a finished build`,
    hints: ['build one: l7build --kernel 6.1'],
  });
}

/** The options that a report stands for, changed as asked. */
function again(
  { words }: Report,
  { out: _, plain, ...changed }: Options,
  out: string,
): BuildOptions {
  if (words === undefined) {
    throw new Failed({
      reason: 'usage',
      message: 'the report is of an earlier version of l7build, which did not write its words down',
      hints: ['run the command that it names under "reproduce" first'],
    });
  }
  const more = Object.entries(changed).flatMap(([name, value]) => [`--${name}`, value]);
  const command = addBuildOptions(new Command('rebuild')).exitOverride();
  // What earlier compiles left proves nothing.
  const always = ['--out', out, '--no-verify'];
  command.parse([...words, ...more, ...always, ...(plain ? ['--plain'] : [])], { from: 'user' });
  return command.opts();
}

/** Gives a store what another has fetched; what is damaged is noticed when it is read. */
async function takeDownloads(from: Store, to: Store): Promise<void> {
  for (const { manifest } of await from.entries()) {
    if (!manifest.task.startsWith('fetch:')) continue;
    const home = join('entries', manifest.key);
    await cp(join(from.root, home), join(to.root, home), { recursive: true });
  }
}

interface Folders {
  readonly first: string;
  readonly out: string;
  readonly signal: AbortSignal;
}

async function compare(before: Report, after: Report, folders: Folders): Promise<ExitCode> {
  for (const line of changedInputs(before, after)) writeLine(line);
  const rebuilt = new Map(after.artifacts.map(({ name, sha256 }) => [name, sha256]));
  const differing = before.artifacts.filter(({ name, sha256 }) => rebuilt.get(name) !== sha256);
  for (const { name } of differing) writeLine(`differs: ${name}${await shown(name, folders)}`);
  const all = before.artifacts.length;
  writeLine(
    differing.length === 0
      ? `All ${String(all)} artifacts are the same in every byte.`
      : `${String(differing.length)} of ${String(all)} artifacts differ.`,
  );
  return differing.length === 0 ? EXIT.verified : EXIT.buildFailed;
}

/** Sources that are others than they were: then artifacts may well differ. */
function changedInputs(before: Report, after: Report): string[] {
  const now = new Map(
    after.inputs.map(({ source, name, sha256 }) => [`${source} ${name}`, sha256]),
  );
  return before.inputs
    .filter(({ source, name, sha256 }) => now.get(`${source} ${name}`) !== sha256)
    .map(({ source, name }) => `another source: ${source} was ${name}`);
}

/** Where diffoscope's text about an artifact lies, or how to have one. */
async function shown(name: string, { first, out, signal }: Folders): Promise<string> {
  if (findProgram('diffoscope') === undefined) return ' (apt install diffoscope tells in what)';
  const { stdout } = await exec(
    [
      'diffoscope',
      '--text',
      '-',
      '--timeout',
      String(DIFFOSCOPE_S),
      join(first, name),
      join(out, name),
    ],
    { signal, accept: [0, 1, 2] },
  );
  const file = join(out, `${name}.diffoscope.txt`);
  await writeAtomically(file, stdout);
  return `: ${file}`;
}
