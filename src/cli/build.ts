// SPDX-License-Identifier: GPL-2.0-only
import { join, resolve } from 'node:path';
import { Store } from '../engine/store.js';
import type { Event } from '../model/event.js';
import { EXIT, type ExitCode } from '../model/failure.js';
import type { Reporter } from '../ui/reporter.js';
import type { BuildOptions } from './build-options.js';
import { deliver } from './deliver.js';
import { choose, decideBuilder, defaultOut, prepare, type Job } from './job.js';
import { storeRoot } from './paths.js';
import { ensureHost } from './ensure-host.js';
import { attempt, tellStart } from './plan-run.js';
import { planText } from './plan-text.js';
import { openRecord, type Record } from './record.js';
import { prepareOut } from './out-folder.js';
import { openReporter, writeLine } from './screen.js';
import { lastWords } from './last-words.js';
import { withShellHint } from './shell-hint.js';

/**
 * The main job: plans, runs, delivers and reports.
 *
 * @param cache the store's root
 * @returns the exit code; every expected failure has been shown by then
 */
export async function build(
  options: BuildOptions,
  signal: AbortSignal,
  cache = storeRoot(process.env),
): Promise<ExitCode> {
  const chosen = await choose(options);
  const choice = await decideBuilder(chosen, options, cache);
  await ensureHost(chosen, options, choice.name, signal);
  const job = await prepare(chosen, choice, options, cache, signal);
  if (options.dryRun) {
    writeLine(options.json ? JSON.stringify(job.plan) : planText(job.plan));
    return EXIT.verified;
  }
  const out = resolve(options.out ?? defaultOut(options));
  await prepareOut(out);
  const reporter = await openReporter(options);
  const record = await openRecord(job, options, out);
  return perform(job, options, { cache, out, reporter, record, signal });
}

interface Stage {
  readonly cache: string;
  readonly out: string;
  readonly reporter: Reporter;
  readonly record: Record;
  readonly signal: AbortSignal;
}

async function perform(job: Job, options: BuildOptions, stage: Stage): Promise<ExitCode> {
  const { cache, out, reporter, record, signal } = stage;
  const emit = (event: Event): void => {
    record.take(event);
    reporter.show(event);
  };
  const tellEnd = tellStart(job.plan, emit);
  const failure = await attempt(job.plan, {
    cache,
    logs: join(out, 'logs'),
    policy: job.policy,
    builder: job.builder,
    jobs: options.jobs,
    ccache: options.ccache,
    signal,
    emit,
    onResult: ({ task, key, entry }) => {
      record.finished(task.id, key, entry.manifest.facts);
    },
    finish: async (results) => {
      record.delivered(await deliver(results, out, new Store(cache)));
    },
  });
  for (const result of record.report.checks) emit({ type: 'check', id: 'verify', result });
  const told = failure === undefined ? undefined : withShellHint(failure, record.report, options);
  const exitCode = tellEnd(told, out);
  await reporter.end();
  await record.close();
  lastWords(record.report, out, options);
  return exitCode;
}
