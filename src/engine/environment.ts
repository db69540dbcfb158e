// SPDX-License-Identifier: GPL-2.0-only
import type { Emit } from '../model/event.js';
import type { Builder } from '../model/runtime.js';
import type { FetchPolicy } from '../model/step.js';
import type { Entry } from '../model/store.js';
import type { Task } from '../model/task.js';
import type { Store } from './store.js';

/** What the engine needs to know which inputs a task has. */
export interface LookupEnvironment {
  readonly store: Store;
  readonly policy: FetchPolicy;
  readonly signal: AbortSignal;
}

/** All that a run works with. */
export interface RunEnvironment extends LookupEnvironment {
  readonly project: string;
  /** Directory for the steps' logs. */
  readonly logs: string;
  readonly builder: Builder;
  readonly jobs: number;
  /** True if kernels are to be compiled through ccache. */
  readonly ccache?: boolean;
  readonly emit: Emit;
  /** Told of every task that is done, before its event. */
  readonly onResult: (result: TaskResult) => void;
  /** What each task took last time, in milliseconds. */
  readonly expected: Readonly<Record<string, number>>;
}

/** A task that is done, by the store or by its step. */
export interface TaskResult {
  readonly task: Task;
  readonly key: string;
  readonly entry: Entry;
  readonly hit: boolean;
}
