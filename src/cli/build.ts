// SPDX-License-Identifier: GPL-2.0-only
import { join, resolve } from 'node:path';
import { runPlan } from '../engine/run.js';
import { Store } from '../engine/store.js';
import { Times } from '../engine/times.js';
import type { Event } from '../model/event.js';
import { EXIT, EXIT_BY_REASON, type ExitCode, type Failure } from '../model/failure.js';
import type { Reporter } from '../ui/reporter.js';
import type { BuildOptions } from './build-options.js';
import { deliver } from './deliver.js';
import { choose, decideBuilder, defaultOut, prepare, type Job } from './job.js';
import { PROJECT, storeRoot } from './paths.js';
import { ensureHost } from './ensure-host.js';
import { planText } from './plan-text.js';
import { openRecord, type Record } from './record.js';
import { prepareOut } from './out-folder.js';
import { openReporter, writeLine } from './screen.js';
import { expectedFailure } from './expected-failure.js';
import { lastWords } from './last-words.js';
import { withShellHint } from './shell-hint.js';

/**
 * The main job: plans, runs, delivers and reports.
 *
 * @returns the exit code; every expected failure has been shown by then
 */
export async function build(options: BuildOptions, signal: AbortSignal): Promise<ExitCode> {
  const chosen = await choose(options);
  const cache = storeRoot(process.env);
  const choice = await decideBuilder(chosen, options, cache);
  await ensureHost(options, choice.name, signal);
  const job = await prepare(chosen, choice, options, cache);
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
  const { out, reporter, record } = stage;
  const started = performance.now();
  const emit = (event: Event): void => {
    record.take(event);
    reporter.show(event);
  };
  const { name, mode, tasks } = job.plan;
  emit({
    type: 'run-started',
    name,
    mode,
    tasks: tasks.map(({ id, verb, title }) => ({ id, verb, title })),
  });
  const failure = await attempt(job, options, stage, emit);
  for (const result of record.report.checks) emit({ type: 'check', id: 'verify', result });
  const exitCode = failure === undefined ? EXIT.verified : EXIT_BY_REASON[failure.reason];
  emit({
    type: 'run-finished',
    exitCode,
    ms: Math.round(performance.now() - started),
    out,
    ...(failure === undefined ? {} : { failure }),
  });
  await reporter.end();
  await record.close();
  lastWords(record.report, out, options);
  return exitCode;
}

/** Runs the plan and delivers. Returns the failure it ended in, if any. */
async function attempt(
  job: Job,
  options: BuildOptions,
  stage: Stage,
  emit: (event: Event) => void,
): Promise<Failure | undefined> {
  const times = await Times.open(stage.cache);
  try {
    const results = await runPlan(job.plan, {
      store: new Store(stage.cache),
      project: PROJECT,
      logs: join(stage.out, 'logs'),
      policy: job.policy,
      builder: job.builder,
      jobs: options.jobs,
      signal: stage.signal,
      emit,
      expected: times.expected,
      onResult: (result) => {
        const { facts, ms } = result.entry.manifest;
        stage.record.finished(result.task.id, result.key, facts);
        if (!result.hit) times.note(result.task.id, ms);
      },
    });
    stage.record.delivered(await deliver(results, stage.out));
    return undefined;
  } catch (error) {
    const expected = expectedFailure(error, stage.cache);
    if (expected !== undefined) return withShellHint(expected, stage.record.report, options);
    throw error;
  } finally {
    // They are only shown: whatever keeps them from being written is told by what matters more.
    await times.save().catch(() => undefined);
  }
}
