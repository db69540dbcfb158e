// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../host/files.js';
import { runTrial, type Trial } from '../../lab/exercise.js';
import { Lab } from '../../lab/lab.js';
import type { LabStatus } from '../../lab/messages.js';
import type { Exercise } from '../../model/exercise.js';
import type { Capture, ReportedLab, ReportedTrial, Tried } from '../../model/lab-report.js';
import type { Backend } from '../../model/scenario.js';
import type { Topology } from '../../model/topology.js';
import type { Parts } from './parts.js';
import { upLine } from './status-text.js';

/** Where captures go, below the folder of the report. */
const CAPTURES = 'captures';

/** Exercises to be tried on hosts of their own. */
export interface LabJob {
  /** Name of the kernel's recipe. */
  readonly kernel: string;
  readonly topology: Topology;
  readonly parts: Parts;
  /** The store's root. */
  readonly cache: string;
  readonly exercises: readonly Exercise[];
  readonly backends: readonly Backend[];
  readonly withoutRules: boolean;
  /** Folder of the report, where all that goes over links is to be captured; missing: it is not. */
  readonly captures?: string;
}

/** Whom a lab's run tells what it has come to. */
export interface Listener {
  say(line: string): void;
  trial(trial: ReportedTrial): void;
  /** Told last, also when a host has failed. */
  lab(lab: ReportedLab): void;
}

/**
 * Brings a lab up, tries the exercises on it, and takes it down; nothing of it is left.
 *
 * @throws Failed of the lab, `interrupted`
 */
export async function runLab(job: LabJob, tell: Listener, signal: AbortSignal): Promise<void> {
  const { topology, parts, cache } = job;
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'l7build-lab-')));
  const lab = new Lab({ name: topology.name, store: cache, topology, ...parts.machine }, folder);
  const started = performance.now();
  try {
    await lab.start((news) => {
      if (news.news === 'host') tell.say(upLine(news.host, news.ms));
    }, signal);
    for (const exercise of job.exercises) {
      for (const backend of job.backends) {
        tell.trial(
          await onHosts(lab, { exercise, backend, withoutRules: job.withoutRules }, job, signal),
        );
      }
    }
  } finally {
    tell.lab(reported(job, lab.status(), performance.now() - started));
    await lab.kill();
    await removeTree(folder);
  }
}

async function onHosts(
  lab: Lab,
  trial: Trial,
  { kernel, topology, captures }: LabJob,
  signal: AbortSignal,
): Promise<ReportedTrial> {
  const hosts = topology.hosts.map(({ name }) => name);
  const { exercise, backend, withoutRules } = trial;
  const files: Capture[] =
    captures === undefined
      ? []
      : topology.links.map(({ name }) => ({
          link: name,
          file: `${CAPTURES}/${kernel}-${exercise.name}-${backend}-${name}.pcap`,
        }));
  if (captures !== undefined) await mkdir(join(captures, CAPTURES), { recursive: true });
  const stops = await Promise.all(
    files.map(({ link, file }) => lab.capture(link, join(captures ?? '', file))),
  );
  const tried = await runTrial(trial, lab, hosts, signal);
  // Where the trial throws, the hub ends with the lab, and the captures with it.
  await Promise.all(stops.map((stop) => stop()));
  return { kernel, backend, right: isRight(tried, withoutRules), ...tried, captures: files };
}

/** An exercise passes, but without what it is about it has to fail. */
function isRight({ result: { outcome } }: Pick<Tried, 'result'>, withoutRules: boolean): boolean {
  return (outcome === 'passed') !== withoutRules;
}

function reported({ kernel, topology, parts }: LabJob, status: LabStatus, ms: number): ReportedLab {
  return {
    kernel,
    topology: topology.name,
    release: status.hosts.map(({ release }) => release).find((release) => release !== '') ?? '',
    iptables: parts.iptables,
    accelerator: parts.machine.accelerator,
    ms: Math.round(ms),
    hosts: status.hosts.map(({ name, addresses, bootMs, clock, complaints }) => ({
      ...{ name, addresses, bootMs },
      ...(clock === undefined ? {} : { clockRate: clock.rate }),
      complaints,
    })),
  };
}
