// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { Store } from '../engine/store.js';
import { why } from '../engine/why.js';
import { missing, requirements } from '../engine/preflight.js';
import { EXIT, Failed, type ExitCode } from '../model/failure.js';
import type { HttpSource, Source } from '../model/source.js';
import type { Plan, Task } from '../model/task.js';
import { addBuildOptions, type BuildOptions } from './build-options.js';
import { demands } from './ensure-host.js';
import { choose, decideBuilder, prepare, type Job } from './job.js';
import { storeRoot } from './paths.js';
import { writeLine } from './screen.js';
import { whyText } from './why-text.js';
import type { Shell } from './shell.js';

interface ExplainOptions extends BuildOptions {
  /** A task's id. */
  readonly why?: string;
}

const EXAMPLES = `
Examples:
  l7build explain --kernel 6.1
  l7build explain --kernel 6.1 --why compile:linux`;

/** `l7build explain` */
export function addExplain(program: Command, shell: Shell): void {
  addBuildOptions(program.command('explain'))
    .description('what would be done and why, and whether it can be done here; builds nothing')
    .option('--why <step>', 'which input of a step has changed since it was done')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ExplainOptions) => {
      shell.end(await explain(options, shell.signal));
    });
}

async function explain(options: ExplainOptions, signal: AbortSignal): Promise<ExitCode> {
  const chosen = await choose(options);
  const cache = storeRoot(process.env);
  const choice = await decideBuilder(chosen, options, cache);
  const absent = await missing(requirements(demands(chosen, options, choice.name)));
  const canVerify = absent.length === 0 && options.verify;
  const job = await prepare(chosen, choice, { ...options, verify: canVerify }, cache, signal);
  if (options.why !== undefined) {
    await tellWhy(taskOf(job.plan, options.why), job, options, { cache, signal });
    return EXIT.verified;
  }
  if (options.json) writeLine(JSON.stringify({ plan: job.plan, missing: absent }, null, 2));
  else for (const line of explanation(job)) writeLine(line);
  if (absent.length === 0) {
    if (!options.json) writeLine('It can be done here.');
    return EXIT.verified;
  }
  if (!options.json) {
    writeLine('It cannot be done here yet (--install-deps mends that); missing:');
    for (const need of absent) writeLine(`  ${need.what} (package ${need.package}): ${need.why}`);
  }
  return EXIT.hostLacks;
}

/** @throws Failed `usage` for a step that the plan has not, naming those that it has */
function taskOf({ tasks }: Plan, id: string): Task {
  const task = tasks.find((each) => each.id === id);
  if (task !== undefined) return task;
  throw new Failed({
    reason: 'usage',
    message: `this build has no step ${id}`,
    hints: [`its steps: ${tasks.map((each) => each.id).join(', ')}`],
  });
}

async function tellWhy(
  task: Task,
  { plan, policy }: Job,
  { json }: BuildOptions,
  { cache, signal }: { readonly cache: string; readonly signal: AbortSignal },
): Promise<void> {
  const found = await why(plan, task, { store: new Store(cache), policy, signal });
  if (json) writeLine(JSON.stringify(found, null, 2));
  else for (const line of whyText(found)) writeLine(line);
}

function explanation(job: Job): string[] {
  const { linux, iptables, busybox } = job.chosen;
  return [
    `linux ${linux.version}: ${linux.summary}`,
    `iptables ${iptables.version}: ${iptables.summary}`,
    ...(busybox === undefined ? [] : [`busybox ${busybox.version}: ${busybox.summary}`]),
    `definitions: ${String(job.chosen.definitions.length)} from ${linux.protocols.join(', ')}`,
    `builder ${job.builder.name} (${job.builder.why}): ${job.builder.confinement.how}`,
    ...job.plan.tasks.map((task) => `  ${task.title}: ${what(task)}`),
  ];
}

/** A task in a few words: which input, how many patches, which output. */
function what(task: Task): string {
  switch (task.verb) {
    case 'fetch':
      return sourceText(task.params.source);
    case 'toolchain':
      return `${task.params.compiler} of Debian ${task.params.suite}, in a root of its own`;
    case 'userland':
      return `${String(task.params.packages.length)} packages of Debian ${task.params.suite} and what they need`;
    case 'unpack':
      return 'into the store, shared by every build of it';
    case 'patch':
      return task.params.series
        .map(({ name, patches, overlays }) => {
          const files = overlays.reduce((sum, overlay) => sum + overlay.files.length, 0);
          return `series ${name}: ${String(patches.length)} patches, ${String(files)} files`;
        })
        .join('; ');
    case 'configure':
      return `${task.params.config.base} and ${String(task.params.config.requests.length)} symbols, each checked`;
    case 'compile':
      return `with ${task.host['gcc'] ?? "the toolchain's gcc"}`;
    case 'package':
      return 'the same bytes for the same content';
    case 'image':
      return `${String(task.params.definitions.length)} definitions, modules ${task.params.modules.join(' ')}`;
    case 'disk':
      return `${task.params.format}, which boots by itself`;
    case 'container':
      return `${task.params.reference}, an image of two layers`;
    case 'verify':
      return `${task.params.scenarios.map(({ path }) => path).join(', ')} with ${task.params.backends.join(' and ')}`;
  }
}

function sourceText(source: Source): string {
  switch (source.kind) {
    case 'apt':
      return `${source.type} package ${source.package} of ${source.suite}, vouched for by Debian's signature`;
    case 'http':
      return `${source.urls[0] ?? ''}, ${pinText(source)}`;
    case 'git':
      return `${source.url} at ${source.commit.slice(0, 12)}`;
    case 'by-hand':
      return `nothing: no checksum of ${source.urls[0] ?? ''} is known, so bring it with --source`;
    case 'debs':
      return `${String(source.debs.length)} packages, each pinned by its SHA-256`;
    case 'local':
      return `${source.path}, as it is (unpinned)`;
    case 'revision':
      return `${source.path} at ${source.commit.slice(0, 12)} (unpinned)`;
  }
}

function pinText(source: HttpSource): string {
  if ('sha256' in source) {
    const keys = (source.signature?.keys ?? []).map(({ fingerprint }) => fingerprint);
    const signed = keys.length === 0 ? '' : `, signed by ${keys.join(' or ')}`;
    return `sha256 ${source.sha256.slice(0, 12)}…${signed}`;
  }
  return `of it ${String(Object.keys(source.members).length)} files, each pinned by its SHA-256`;
}
