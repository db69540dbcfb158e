// SPDX-License-Identifier: GPL-2.0-only
import { availableParallelism, totalmem } from 'node:os';
import type { Argv } from '../host/exec.js';
import type { Limits } from '../model/runtime.js';

/** What a command may use, with all that it starts. */
export interface Allowance {
  /** Bytes. */
  readonly memory: number;
  /** Processes and threads at a time. */
  readonly processes: number;
}

/** What the shells and makes around the compilers take, at most. */
const PROCESSES_BASE = 64;
/** A job of kbuild is a shell, a compiler driver, what that starts, and the tools that look at the object. */
const PROCESSES_PER_JOB = 64;
/** The rest is for the machine itself: without it a build that takes all memory takes the machine down. */
const MEMORY_SHARE = 0.85;
const PAGE = 4096;

/** What a run says of the limits. */
export interface LimitOptions {
  /** Compilers at a time; default: the machine's processors. */
  readonly jobs?: number;
  /** Bytes; default: the builds' share of the machine's. */
  readonly memory?: number;
}

/**
 * The numbers of every builder's limits. They are there for builds that went wrong or mean harm: one
 * in good order stays far below them.
 */
export function allowance({
  jobs = availableParallelism(),
  memory = totalmem() * MEMORY_SHARE,
}: LimitOptions): Allowance {
  return {
    // Control groups count pages.
    memory: Math.floor(memory / PAGE) * PAGE,
    processes: PROCESSES_BASE + PROCESSES_PER_JOB * jobs,
  };
}

export type LimitName = keyof Allowance;

/** The limits around one command. */
export interface Hold {
  /** Words around the jail. */
  around(argv: Argv): Argv;
  /** Words around the command, inside of the jail. */
  inside(argv: Argv): Argv;
  /** Variables that the words around the jail need; they do not reach the command. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * The limit that the command came up against, if that can be told.
   *
   * @param output the last lines of what it printed, once it has ended
   */
  reached(output?: readonly string[]): Promise<LimitName | undefined>;
  /** To be called when the command has ended. */
  release(): Promise<void>;
}

/** One way to hold limits, which works here. */
export interface Limiter {
  readonly limits: Limits;
  hold(): Promise<Hold>;
}

/** Nothing is limited. */
export const UNLIMITED: Limiter = {
  limits: { how: 'no limits: this machine has neither control groups for this user nor prlimit' },
  hold: () =>
    Promise.resolve({
      around: (argv) => argv,
      inside: (argv) => argv,
      env: {},
      reached: () => Promise.resolve(undefined),
      release: () => Promise.resolve(),
    }),
};
