// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { workshopOf } from '../engine/make.js';
import { Store } from '../engine/store.js';
import { removeTree } from '../host/files.js';
import { withLock } from '../host/lock.js';
import { EXIT, Failed, type ExitCode } from '../model/failure.js';
import type { Entry } from '../model/store.js';
import type { Plan, Task } from '../model/task.js';
import { openShell } from '../steps/compile/shell.js';
import type { BuildSite } from '../steps/compile/site.js';
import { addChoiceOptions, type ChoiceOptions } from './build-options.js';
import { byRole, entriesFor } from './entries-for.js';
import { defaultOut, type Job } from './job.js';
import { storeRoot } from './paths.js';
import { readyJob } from './ready-job.js';
import { commandLine } from './reproducer.js';
import type { Shell } from './shell.js';
import { lastFailedCompile } from './shell-hint.js';

const STEPS = ['compile:linux', 'compile:match', 'compile:iptables', 'compile:busybox'] as const;

interface ShellOptions extends ChoiceOptions {
  readonly step?: (typeof STEPS)[number];
}

type CompileTask = Extract<Task, { verb: 'compile' }>;

const HELP = `
The shell stands in the folder that the step compiles in: same builder, same root, same variables,
no network. It works on copies that lie over the real folders there, so no build ever sees what it
changes. Writable are the folder of the objects and the sources that the patches bring; what was
changed in the sources stays in the store's shell/ until the next shell. To keep a change, make it in
the project (patches/) and build again.

Examples:
  l7build shell --kernel 6.1
  l7build shell --kernel 6.1 -- make V=1 net/netfilter/layer7/
  l7build shell --kernel 6.1 --mode module --builder chroot -- gcc --version`;

/** `l7build shell` */
export function addShell(program: Command, shell: Shell): void {
  addChoiceOptions(program.command('shell'))
    .argument('[command...]', 'a command to run in place of a shell, after --')
    .description('a shell where a step compiles, such as the one that failed')
    .addOption(
      new Option(
        '--step <step>',
        'where to stand (default: where the last run failed, else the kernel or the match)',
      ).choices(STEPS),
    )
    .addHelpText('after', HELP)
    .action(async (command: string[], options: ShellOptions) => {
      shell.end(await standAt(command, options, shell.signal));
    });
}

/** @returns 0, or 1 when a command was named and failed */
async function standAt(
  command: readonly string[],
  options: ShellOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const cache = storeRoot(process.env);
  const job = await readyJob(options, { cache, signal, boots: false });
  const task = await taskOf(job.plan, options);
  const home = join(cache, 'shell', task.id.replace(':', '-'));
  const act = async (): Promise<number> => {
    const logs = join(cache, 'shell', 'logs');
    const results = await entriesFor(task, job, { cache, signal, jobs: options.jobs, logs, say });
    await removeTree(home);
    await mkdir(home, { recursive: true });
    const code = await run(task, results, { command, job, cache, home, signal });
    // Objects are many and soon made again; the sources are what a person may have worked on.
    await removeTree(join(home, 'build'));
    return code;
  };
  const alone = (): Promise<number> =>
    withLock(`${home}.lock`, act, {
      signal,
      onWait: () => {
        say('another shell stands there; waiting for its end');
      },
    });
  const code = await new Store(cache).reading(alone, { signal });
  return command.length === 0 || code === 0 ? EXIT.verified : EXIT.buildFailed;
}

/** The compile to stand in. */
async function taskOf(plan: Plan, options: ShellOptions): Promise<CompileTask> {
  const tasks = plan.tasks.filter((task): task is CompileTask => task.verb === 'compile');
  const out = resolve(options.out ?? defaultOut(options));
  const id = options.step ?? (await lastFailedCompile(out));
  const task = id === undefined ? tasks[0] : tasks.find((each) => each.id === id);
  if (task !== undefined) return task;
  throw new Failed({
    reason: 'usage',
    message: `linux ${plan.name} has no step ${id ?? 'that compiles'} in ${plan.mode} mode`,
    hints: [`its steps that compile: ${tasks.map((each) => each.id).join(', ')}`],
  });
}

interface Stand {
  readonly command: readonly string[];
  readonly job: Job;
  readonly cache: string;
  readonly home: string;
  readonly signal: AbortSignal;
}

function run(
  task: CompileTask,
  entries: ReadonlyMap<string, Entry>,
  { command, job, cache, home, signal }: Stand,
): Promise<number> {
  const needs = byRole(task.needs, entries);
  const [program, ...args] = command;
  const interactive = program === undefined;
  return openShell(
    task.params,
    {
      taskId: task.id,
      needs,
      cache,
      scratch: home,
      log: `${home}.log`,
      signal,
      warn: say,
      runtime: () => job.builder.open(workshopOf(needs, byRole(task.tools, entries))),
    },
    {
      // Without the user's own start-up files, which the builder does not show anyway.
      argv: interactive ? ['bash', '--norc'] : [program, ...args],
      env: { TERM: process.env['TERM'] ?? 'dumb', PS1: `[${task.id}] \\W\\$ ` },
      onReady: (site) => {
        if (interactive) greet(task, site, home);
      },
    },
  );
}

function greet(task: Task, { make, targets }: BuildSite, home: string): void {
  say(`This is where "${task.title}" compiles; what the step runs here:`);
  say(`  ${commandLine([...make, ...targets])}`);
  say(`No build sees what is changed here; changed sources stay in ${home} until the next shell.`);
}

/** Beside the output of the command, which standard output is for. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
