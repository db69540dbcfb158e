// SPDX-License-Identifier: GPL-2.0-only
import type { CcacheUse } from './ccache.js';
import type { CheckResult } from './check.js';
import type { ExitCode, Failure } from './failure.js';
import type { Verb } from './task.js';

/** How far a task is. Without `total` the end is not known. */
export interface Progress {
  readonly done: number;
  readonly total?: number;
  readonly unit: 'bytes' | 'files' | 'objects' | 'checks' | 'seconds' | 'hosts' | 'trials';
  /** What is being done just now. */
  readonly note?: string;
}

export type TaskOutcome = 'hit' | 'done' | 'failed' | 'cancelled';

/** Everything that a run says. The logic emits, only `ui/` prints; `--json` prints one a line. */
export type Event =
  | {
      readonly type: 'run-started';
      readonly name: string;
      readonly mode: string;
      readonly tasks: readonly {
        readonly id: string;
        readonly verb: Verb;
        readonly title: string;
      }[];
    }
  /** `expectedMs`: what this task took last time, when the store knows. */
  | { readonly type: 'task-started'; readonly id: string; readonly expectedMs?: number }
  | { readonly type: 'task-progress'; readonly id: string; readonly progress: Progress }
  | { readonly type: 'task-warning'; readonly id: string; readonly message: string }
  | { readonly type: 'check'; readonly id: string; readonly result: CheckResult }
  | {
      readonly type: 'task-finished';
      readonly id: string;
      readonly outcome: TaskOutcome;
      readonly ms: number;
      readonly digest?: string;
      /** How many different warnings the compiler gave, when it gave any. */
      readonly warnings?: number;
      /** What ccache did, for a compile that could use it. */
      readonly ccache?: CcacheUse;
      readonly failure?: Failure;
    }
  | {
      readonly type: 'run-finished';
      readonly exitCode: ExitCode;
      readonly ms: number;
      readonly out: string;
      readonly failure?: Failure;
    };

export type Emit = (event: Event) => void;
