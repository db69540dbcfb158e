// SPDX-License-Identifier: GPL-2.0-only
import type { Progress } from './event.js';
import type { Runtime } from './runtime.js';
import type { AptResolution } from './source.js';
import type { Entry, Facts } from './store.js';
import type { TaskParams, Verb } from './task.js';

/** Where inputs may be looked for before the recipe's addresses, and whether the network may be used. */
export interface FetchPolicy {
  /** Directories and base URLs, by file name, in order. */
  readonly mirrors: readonly string[];
  readonly offline: boolean;
  /** Absolute paths of files of keys, in place of the addresses that recipes have for them. */
  readonly keyrings?: readonly string[];
  /** What apt sources have to stand for, by aptName(), whatever the mirror says. */
  readonly locked?: Readonly<Record<string, AptResolution>>;
}

/** What a step gets from the engine. */
export interface StepContext {
  readonly taskId: string;
  /** Absolute path of the project's root, where ProjectFile paths start. */
  readonly project: string;
  /** Empty staging directory; becomes the store entry if the step succeeds, and is removed if not. */
  readonly out: string;
  /** Empty directory, removed when the step ends. */
  readonly scratch: string;
  /** Outputs of the tasks that this one needs, by role. */
  readonly needs: Readonly<Record<string, Entry>>;
  /** Directory of the store that outlives steps: work trees, quarantine, calibration. */
  readonly cache: string;
  /** Log file of this step (created by the engine). */
  readonly log: string;
  readonly policy: FetchPolicy;
  /**
   * The builder, opened over the task's `toolchain` (and the tool `vm`) where it has a root of its own.
   * Steps that compile call it; others need no builder.
   */
  runtime(): Promise<Runtime>;
  /** Parallel jobs for make. */
  readonly jobs: number;
  /** True if kernels are to be compiled through ccache. */
  readonly ccache?: boolean;
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
  warn(message: string): void;
}

export interface StepResult {
  readonly facts?: Facts;
  /** See Manifest.derived. Default false. */
  readonly derived?: boolean;
}

/**
 * Does one task. Writes only below `ctx.out`, `ctx.scratch` and its own folder in `ctx.cache`.
 * @throws Failed for every expected failure
 */
export type Step<V extends Verb> = (params: TaskParams[V], ctx: StepContext) => Promise<StepResult>;
