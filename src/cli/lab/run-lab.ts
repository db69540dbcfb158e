// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kindOf, removeTree } from '../../host/files.js';
import { writing } from '../../host/space.js';
import { runTrial, type Trial } from '../../lab/exercise.js';
import { Lab } from '../../lab/lab.js';
import { consoleOf } from '../../lab/machine.js';
import type { LabStatus } from '../../lab/messages.js';
import type { Exercise } from '../../model/exercise.js';
import { Failed } from '../../model/failure.js';
import type { ReportedLab, ReportedTrial, Tried } from '../../model/lab-report.js';
import type { Backend } from '../../model/scenario.js';
import type { Topology } from '../../model/topology.js';
import { whyNot } from '../../recipe/index.js';
import { closeness } from '../../vm/clock.js';
import type { Parts } from './parts.js';
import type { RunView } from './run-view.js';

/** Where captures go, below the folder of the report. */
const CAPTURES = 'captures';

/** Exercises to be tried on hosts of their own. */
export interface LabJob {
  /** Name of the recipe of the kernel that hosts have which have none of their own. */
  readonly kernel: string;
  readonly topology: Topology;
  /** Or why a kernel has none for such hosts. */
  readonly parts: Parts | string;
  /** The store's root. */
  readonly cache: string;
  readonly exercises: readonly Exercise[];
  readonly backends: readonly Backend[];
  readonly withoutRules: boolean;
  /** Hosts boot, and do not go on from a snapshot. */
  readonly fresh: boolean;
  /** Folder of the report. */
  readonly out: string;
  /** All that goes over links is captured. */
  readonly pcap: boolean;
}

/** A cell of the table of results that is to be. */
interface Cell extends Trial {
  /** Why it is not to be tried; missing where it is. */
  readonly reason?: string;
}

/** A lab and what is to come of it. */
export interface LabRun extends LabJob {
  readonly cells: readonly Cell[];
}

/** Whom a lab's run tells what it has come to. */
export interface Listener {
  readonly view: RunView;
  readonly record: { readonly labs: ReportedLab[]; readonly trials: ReportedTrial[] };
}

/** Each exercise with each back end, and which of these are not to be tried. */
export function cellsOf(job: LabJob): Cell[] {
  const { parts, exercises, backends, withoutRules } = job;
  return exercises.flatMap((exercise) =>
    backends.map((backend) => {
      const reason = typeof parts === 'string' ? parts : whyNotOn(parts, exercise, backend);
      const cell = { exercise, backend, withoutRules };
      return reason === undefined ? cell : { ...cell, reason };
    }),
  );
}

/** Hosts that only talk to those which an exercise is about may have any kernel. */
function whyNotOn({ hosts }: Parts, exercise: Exercise, backend: Backend): string | undefined {
  const about = exercise.steps.flatMap(({ host, essential }) => (essential ? [host] : []));
  for (const name of new Set(about)) {
    const { kernel = '', iptables = '', backends = [] } = hosts[name] ?? {};
    const why = backends.includes(backend)
      ? whyNot(exercise, kernel, backend)
      : `linux ${kernel} with iptables ${iptables} has no ${backend}`;
    if (why !== undefined) return why;
  }
  return undefined;
}

/** True if a cell is to be tried. */
export function isTried({ reason }: Cell): boolean {
  return reason === undefined;
}

function untried({ exercise, backend, reason = '' }: Cell, kernel: string): ReportedTrial {
  const { name: id, summary: title } = exercise;
  const result = { id, title, variant: backend, outcome: 'not-applicable', ms: 0 } as const;
  return {
    ...{ kernel, backend, right: true },
    result: { ...result, expected: '', observed: reason },
    ...{ steps: [], counters: [], captures: [] },
  };
}

/**
 * Brings a lab up, tries what is to be tried, and takes it down; nothing of it is left, and the record has what it came to,
 * also where a host has failed. Where nothing is to be tried no host is booted.
 *
 * @throws Failed of the lab, `interrupted`
 */
export async function runLab(run: LabRun, listener: Listener, signal: AbortSignal): Promise<void> {
  const { topology, parts, cache, fresh } = run;
  const { view, record } = listener;
  if (typeof parts === 'string' || !run.cells.some(isTried))
    return tryCells(run, undefined, listener, signal);
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'l7build-lab-')));
  const lab = new Lab(
    { name: topology.name, store: cache, topology, fresh, ...parts.machines },
    folder,
  );
  const started = performance.now();
  view.boots(run);
  try {
    await lab.start((news) => {
      if (news.news === 'host') view.up(run, news.host, news.ms);
      if (news.news === 'note') view.say(news.line);
    }, signal);
    await tryCells(run, lab, listener, signal);
  } catch (error) {
    throw error instanceof Failed ? withKeptLog(error, run, folder) : error;
  } finally {
    record.labs.push(reported(run, parts, lab.status(), performance.now() - started));
    await end(run, lab, folder).finally(() => removeTree(folder));
    view.gone(run);
  }
}

async function end(run: LabJob, lab: Lab, folder: string): Promise<void> {
  await lab.kill();
  await Promise.all(
    run.topology.hosts.map(({ name }) => keep(consoleOf(folder, name), keptConsole(run, name))),
  );
}

/** Where a host's console is kept. */
function keptConsole({ out, kernel, topology }: LabJob, host: string): string {
  return join(out, 'logs', `${kernel}-${topology.name}-${host}.log`);
}

/** Copies a file, if it is there. @throws Failed `no-space`; other system errors as they are */
async function keep(from: string, to: string): Promise<void> {
  if ((await kindOf(from)) === 'file') await writing(to, () => copyFile(from, to));
}

/** A failure that names a host's console names the one that is kept. */
function withKeptLog({ failure }: Failed, run: LabJob, folder: string): Failed {
  const host = run.topology.hosts.find(({ name }) => consoleOf(folder, name) === failure.log);
  return new Failed(
    host === undefined ? failure : { ...failure, log: keptConsole(run, host.name) },
  );
}

/** @param lab missing where no cell is to be tried */
async function tryCells(
  run: LabRun,
  lab: Lab | undefined,
  { view, record }: Listener,
  signal: AbortSignal,
): Promise<void> {
  for (const cell of run.cells) {
    const onStep = (step: number): void => {
      view.step(run, cell, step);
    };
    const tried = lab !== undefined && isTried(cell);
    const trial = tried
      ? await onHosts(lab, cell, run, { signal, onStep })
      : untried(cell, run.kernel);
    record.trials.push(trial);
    view.ended(run, trial);
  }
}

async function onHosts(
  lab: Lab,
  trial: Trial,
  { kernel, topology, out, pcap }: LabJob,
  { signal, onStep }: { readonly signal: AbortSignal; readonly onStep: (step: number) => void },
): Promise<ReportedTrial> {
  const hosts = topology.hosts.map(({ name }) => name);
  const { exercise, backend, withoutRules } = trial;
  const captures = (pcap ? topology.links : []).map(({ name }) => ({
    link: name,
    file: `${CAPTURES}/${kernel}-${exercise.name}-${backend}-${name}.pcap`,
  }));
  if (pcap) await mkdir(join(out, CAPTURES), { recursive: true });
  const stops = await Promise.all(
    captures.map(({ link, file }) => lab.capture(link, join(out, file))),
  );
  const tried = await runTrial(trial, lab, hosts, signal, onStep);
  // Where the trial throws, the hub ends with the lab, and the captures with it.
  await Promise.all(stops.map((stop) => stop()));
  return { kernel, backend, right: isRight(tried, withoutRules), ...tried, captures };
}

/** An exercise passes, but without what it is about it has to fail. */
function isRight({ result: { outcome } }: Pick<Tried, 'result'>, withoutRules: boolean): boolean {
  return (outcome === 'passed') !== withoutRules;
}

function reported(
  { kernel, topology }: LabJob,
  parts: Parts,
  status: LabStatus,
  ms: number,
): ReportedLab {
  return {
    kernel,
    topology: topology.name,
    accelerator: parts.machines.accelerator,
    ms: Math.round(ms),
    hosts: status.hosts.map(
      ({ name, addresses, kernel: own, release, bootMs, clock, complaints }) => ({
        ...{ name, addresses, kernel: own, release, iptables: parts.hosts[name]?.iptables ?? '' },
        bootMs,
        ...(clock === undefined ? {} : { clock: { rate: clock.rate, verdict: closeness(clock) } }),
        complaints,
      }),
    ),
  };
}
