// SPDX-License-Identifier: GPL-2.0-only
import type { Trial } from '../../lab/exercise.js';
import type { TaskOutcome } from '../../model/event.js';
import type { ReportedTrial } from '../../model/lab-report.js';
import type { Topology } from '../../model/topology.js';
import { visible } from '../../model/visible.js';
import type { Reporter } from '../../ui/reporter.js';
import { writeLine } from '../screen.js';
import { trialText } from './run-text.js';
import { upLine } from './status-text.js';

/** A lab, as it is called. */
interface Called {
  readonly kernel: string;
  readonly topology: Topology;
}

/** Shows a run of exercises to whoever watches. */
export interface RunView {
  /** Shows a line about what is built before any lab. */
  readonly say: (line: string) => void;
  /** All labs that will be up are known, and how much is to be tried on each. */
  open(labs: readonly { readonly lab: Called; readonly trials: number }[]): void;
  boots(lab: Called): void;
  /** @param ms how long it took */
  up(lab: Called, host: string, ms: number): void;
  /** @param step index of the exercise's step that is done now */
  step(lab: Called, trial: Pick<Trial, 'exercise' | 'backend'>, step: number): void;
  ended(lab: Called, trial: ReportedTrial): void;
  /** The lab is gone. */
  gone(lab: Called): void;
  /** Resolves when everything is on screen. */
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
    boots(lab) {
      if (several) say(`lab   ${nameOf(lab)}`);
    },
    up(_, host, ms) {
      say(upLine(host, ms));
    },
    step: () => undefined,
    ended(_, trial) {
      say(trialText(trial));
    },
    gone: () => undefined,
    end: () => Promise.resolve(),
  };
}

/** What a lab's row tells. */
interface Row {
  readonly trials: number;
  /** By performance.now(). */
  started: number;
  up: number;
  tried: number;
  readonly wrong: string[];
}

/** A row for each lab: its hosts as they come up, then how many trials are done, and which is at work with what. */
export function liveView(reporter: Reporter, say: (line: string) => void): RunView {
  const rows = new Map<string, Row>();
  const finish = (id: string, outcome: TaskOutcome, row: Row): void => {
    rows.delete(id);
    const message = `${id}: ${row.wrong.join(', ')}`;
    const failure =
      outcome === 'failed' ? { failure: { reason: 'check-failed', message } as const } : {};
    const ms = performance.now() - row.started;
    reporter.show({ type: 'task-finished', id, outcome, ms, ...failure });
  };
  return {
    say,
    open(labs) {
      for (const { lab, trials } of labs) {
        const started = performance.now();
        rows.set(nameOf(lab), { trials, started, up: 0, tried: 0, wrong: [] });
      }
      const tasks = [...rows.keys()].map((id) => ({ id, verb: 'verify', title: id }) as const);
      reporter.show({ type: 'run-started', name: 'lab', mode: 'lab', tasks });
    },
    boots(lab) {
      const row = rows.get(nameOf(lab));
      if (row !== undefined) row.started = performance.now();
      reporter.show({ type: 'task-started', id: nameOf(lab) });
    },
    up(lab, host) {
      const row = rows.get(nameOf(lab));
      if (row === undefined) return;
      row.up += 1;
      const progress = {
        done: row.up,
        total: lab.topology.hosts.length,
        unit: 'hosts',
        note: host,
      } as const;
      reporter.show({ type: 'task-progress', id: nameOf(lab), progress });
    },
    step(lab, { exercise, backend }, step) {
      const row = rows.get(nameOf(lab));
      if (row === undefined) return;
      const note = visible(`${exercise.name} [${backend}]: ${exercise.steps[step]?.command ?? ''}`);
      const progress = { done: row.tried, total: row.trials, unit: 'trials', note } as const;
      reporter.show({ type: 'task-progress', id: nameOf(lab), progress });
    },
    ended(lab, { result, right }) {
      const row = rows.get(nameOf(lab));
      if (row === undefined) return;
      if (result.outcome !== 'not-applicable') row.tried += 1;
      if (!right) row.wrong.push(`${result.id} [${result.variant}] ${result.outcome}`);
    },
    gone(lab) {
      const id = nameOf(lab);
      const row = rows.get(id);
      if (row === undefined) return;
      const whole = row.tried === row.trials ? 'done' : 'cancelled';
      finish(id, row.wrong.length > 0 ? 'failed' : whole, row);
    },
    async end() {
      for (const [id, row] of rows) finish(id, 'cancelled', row);
      await reporter.end();
    },
  };
}

function nameOf({ kernel, topology: { name, hosts } }: Called): string {
  const others = hosts.flatMap(({ name: host, kernel: own = kernel }) =>
    own === kernel ? [] : [`${own} on ${host}`],
  );
  return `${name} with linux ${[kernel, ...others].join(', ')}`;
}
