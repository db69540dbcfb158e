// SPDX-License-Identifier: GPL-2.0-only
import type { Event } from '../model/event.js';
import type { Report, ReportedArtifact, ReportedStep } from '../model/report.js';
import type { Facts } from '../model/store.js';
import type { Task } from '../model/task.js';
import { reportedFacts, type ReportedFacts } from './facts.js';

type Start = Omit<Report, 'inputs' | 'steps' | 'patches' | 'config' | 'artifacts' | 'checks'>;

/** Keeps a run's Report up to date from what the run says. */
export class Recorder {
  #report: Report;
  readonly #tasks: ReadonlyMap<string, Task>;
  readonly #found = new Map<string, ReportedFacts>();

  constructor(start: Start, tasks: readonly Task[]) {
    this.#tasks = new Map(tasks.map((task) => [task.id, task]));
    const steps = tasks.map(({ id, title }): ReportedStep => ({ id, title, outcome: 'pending' }));
    this.#report = {
      ...start,
      inputs: [],
      steps,
      patches: [],
      config: [],
      artifacts: [],
      checks: [],
    };
  }

  get report(): Report {
    return this.#report;
  }

  /** Takes in an event. Returns true if the record changed in a way worth writing down. */
  take(event: Event): boolean {
    switch (event.type) {
      case 'task-started':
        this.#step(event.id, { outcome: 'running' });
        return true;
      case 'task-finished': {
        const { ms, outcome, digest, failure } = event;
        this.#step(event.id, { ms, outcome, ...(digest === undefined ? {} : { digest }) });
        if (failure?.facts !== undefined) this.#absorb(event.id, failure.facts);
        return true;
      }
      case 'run-finished': {
        const { exitCode, failure } = event;
        const ended = new Date().toISOString();
        this.#set({ exitCode, ended, ...(failure === undefined ? {} : { failure }) });
        return true;
      }
      case 'run-started':
      case 'task-progress':
      case 'task-warning':
      case 'check':
        return false;
    }
  }

  /** Takes in a finished task: its key and what it found. */
  finished(id: string, key: string, facts: Facts): void {
    this.#step(id, { key });
    this.#absorb(id, facts);
  }

  delivered(artifacts: readonly ReportedArtifact[]): void {
    this.#set({ artifacts });
  }

  /** Keeps what a task found; the lists stand in the plan's order, whichever task ends first. */
  #absorb(id: string, facts: Facts): void {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    this.#found.set(id, reportedFacts(task, facts));
    const found = [...this.#tasks.keys()].flatMap((each) => this.#found.get(each) ?? []);
    const guest = found.findLast((each) => each.guest !== undefined)?.guest;
    const toolchain = found.find((each) => each.toolchain !== undefined)?.toolchain;
    const warnings = found.flatMap((each) => each.warnings ?? []);
    const ccache = found.flatMap((each) => each.ccache ?? []);
    const { builder } = this.#report;
    this.#set({
      inputs: found.flatMap((each) => each.inputs ?? []),
      patches: found.flatMap((each) => each.patches ?? []),
      config: found.flatMap((each) => each.config ?? []),
      checks: found.flatMap((each) => each.checks ?? []),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(ccache.length === 0 ? {} : { ccache }),
      ...(guest === undefined ? {} : { guest }),
      ...(toolchain === undefined ? {} : { builder: { ...builder, toolchain } }),
    });
  }

  #step(id: string, change: Partial<ReportedStep>): void {
    const steps = this.#report.steps.map((step) =>
      step.id === id ? { ...step, ...change } : step,
    );
    this.#set({ steps });
  }

  #set(change: Partial<Report>): void {
    this.#report = { ...this.#report, ...change };
  }
}
