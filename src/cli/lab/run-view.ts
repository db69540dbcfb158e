// SPDX-License-Identifier: GPL-2.0-only
import type { Trial } from '../../lab/exercise.js';
import type { Event, TaskOutcome } from '../../model/event.js';
import type { ReportedTrial } from '../../model/lab-report.js';
import type { Topology } from '../../model/topology.js';
import { visible } from '../../model/visible.js';
import type { Reporter } from '../../ui/reporter.js';
import { writeLine } from '../screen.js';
import { trialText } from './run-text.js';
import { upLine } from './status-text.js';

/** A lab, as it is called. */
interface Hosts {
  readonly kernel: string;
  readonly topology: Topology;
}

type Tried = Pick<Trial, 'exercise' | 'backend'>;

/** Shows a run of exercises to whoever watches. */
export interface RunView {
  /** Shows a line about what is built before any lab. */
  readonly say: (line: string) => void;
  /** All labs and what is to be tried on them are known. */
  open(labs: readonly { readonly hosts: Hosts; readonly trials: readonly Tried[] }[]): void;
  boots(hosts: Hosts): void;
  /** @param ms how long it took */
  up(hosts: Hosts, host: string, ms: number): void;
  begins(hosts: Hosts, trial: Tried): void;
  /** @param step index of the exercise's step that is done now */
  step(hosts: Hosts, trial: Tried, step: number): void;
  ended(trial: ReportedTrial): void;
  /** Resolves when everything is on screen; what has not ended never will. */
  end(): Promise<void>;
}

/** The view for these options: nothing for JSON, live rows on a terminal, plain lines anywhere else. */
export async function openView(options: {
  readonly json: boolean;
  readonly plain: boolean;
}): Promise<RunView> {
  if (options.json) return plainView(() => undefined);
  if (options.plain || !process.stdout.isTTY) return plainView(writeLine);
  const { liveReporter } = await import('../../ui/live.js');
  return liveView(liveReporter(), writeLine);
}

/** A line for each host that is up, and for each trial when it has ended. */
export function plainView(say: (line: string) => void): RunView {
  let several = false;
  return {
    say,
    open(labs) {
      several = labs.length > 1;
    },
    boots({ kernel, topology }) {
      if (several) say(`lab   ${topology.name} with linux ${kernel}`);
    },
    up(_, host, ms) {
      say(upLine(host, ms));
    },
    begins: () => undefined,
    step: () => undefined,
    ended(trial) {
      say(trialText(trial));
    },
    end: () => Promise.resolve(),
  };
}

/** A row for each lab's hosts, and for each trial. */
export function liveView(reporter: Reporter, say: (line: string) => void): RunView {
  const left = new Set<string>();
  const started = new Map<string, number>();
  const up = new Map<string, number>();
  const start = (id: string): void => {
    started.set(id, performance.now());
    reporter.show({ type: 'task-started', id });
  };
  const finish = (id: string, outcome: TaskOutcome, message?: string): void => {
    // What is not applicable has no row.
    if (!left.delete(id)) return;
    const ms = performance.now() - (started.get(id) ?? performance.now());
    const failure =
      message === undefined ? {} : { failure: { reason: 'check-failed', message } as const };
    reporter.show({ type: 'task-finished', id, outcome, ms, ...failure });
  };
  return {
    say,
    open(labs) {
      const tasks = labs.flatMap(({ hosts, trials }) => [
        row(hostsId(hosts), `${hosts.topology.name}: hosts with linux ${hosts.kernel} up`),
        ...trials.map((trial) => row(trialId(hosts, trial), trialId(hosts, trial))),
      ]);
      for (const { id } of tasks) left.add(id);
      reporter.show({ type: 'run-started', name: 'lab', mode: 'lab', tasks });
    },
    boots(hosts) {
      start(hostsId(hosts));
    },
    up(hosts, host) {
      const id = hostsId(hosts);
      const [done, total] = [(up.get(id) ?? 0) + 1, hosts.topology.hosts.length];
      up.set(id, done);
      const progress = { done, total, unit: 'hosts', note: host } as const;
      if (done === total) finish(id, 'done');
      else reporter.show({ type: 'task-progress', id, progress });
    },
    begins(hosts, trial) {
      start(trialId(hosts, trial));
    },
    step(hosts, trial, step) {
      const { steps } = trial.exercise;
      const note = visible(steps[step]?.command ?? '');
      const progress = { done: step, total: steps.length, unit: 'commands', note } as const;
      reporter.show({ type: 'task-progress', id: trialId(hosts, trial), progress });
    },
    ended(trial) {
      const { kernel, backend, result, right } = trial;
      const id = idOf(kernel, result.id, backend);
      finish(id, right ? 'done' : 'failed', right ? undefined : trialText(trial));
    },
    async end() {
      for (const id of left) finish(id, 'cancelled');
      await reporter.end();
    },
  };
}

function row(id: string, title: string): Extract<Event, { type: 'run-started' }>['tasks'][number] {
  return { id, verb: 'verify', title };
}

function hostsId({ kernel, topology }: Hosts): string {
  return `${kernel} ${topology.name}`;
}

function trialId({ kernel }: Hosts, { exercise, backend }: Tried): string {
  return idOf(kernel, exercise.name, backend);
}

function idOf(kernel: string, exercise: string, backend: string): string {
  return `linux ${kernel}: ${exercise} [${backend}]`;
}
