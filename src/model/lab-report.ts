// SPDX-License-Identifier: GPL-2.0-only
import type { CheckResult } from './check.js';
import type { Exercise, ExerciseStep } from './exercise.js';
import type { ExitCode, Failure } from './failure.js';
import type { Backend } from './scenario.js';

/** Raised with every incompatible change of LabReport. */
export const LAB_REPORT_SCHEMA = 2;

/** Packets and bytes that passed, as `iptables-save -c` tells them. */
export interface Count {
  readonly packets: number;
  readonly bytes: number;
}

/** A rule with its count; the text is what stands behind `-A CHAIN`. */
export type CountedRule = Count & { readonly rule: string };

/** A chain with the count of its policy, which is what came to its end; a user's own chain has no policy. */
export interface CountedChain extends Count {
  readonly table: string;
  readonly chain: string;
  readonly policy?: string;
  readonly rules: readonly CountedRule[];
}

/** The tables of a host that carries rules, at a moment of a trial. */
export interface Counters {
  readonly host: string;
  /** Index of the exercise's step that had just been done; missing before the first. */
  readonly after?: number;
  readonly chains: readonly CountedChain[];
}

/** What an observation had to be, and what it was. */
export interface Observed {
  readonly expected: string;
  readonly observed: string;
  readonly met: boolean;
}

/** A step that was done. */
export interface DoneStep {
  /** Index among the exercise's steps. */
  readonly step: number;
  readonly ms: number;
  /** Missing for what runs until the exercise ends. */
  readonly exitCode?: number;
  /** The first characters of what it printed; empty for what runs until the exercise ends. */
  readonly output: string;
  readonly observations: readonly Observed[];
}

/** A capture of a link during a trial. */
export interface Capture {
  readonly link: string;
  /** Path below the report's folder. */
  readonly file: string;
}

/** An exercise as it went with a back end. */
export interface Tried {
  readonly result: CheckResult;
  /** What was done, in order; nothing follows a step that failed. */
  readonly steps: readonly DoneStep[];
  /** In order of time: before the first step, and after each command, neither rule nor server, that moved them. */
  readonly counters: readonly Counters[];
}

/** A cell of the table exercise × kernel × back end. */
export interface ReportedTrial extends Tried {
  /** That of its lab. */
  readonly kernel: string;
  readonly backend: Backend;
  /** True if it did what it had to: pass, or fail without its rules; that it is not applicable is right too. */
  readonly right: boolean;
  readonly captures: readonly Capture[];
}

export interface ReportedHost {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Name of its kernel's recipe. */
  readonly kernel: string;
  /** As `uname -r` tells; empty if it never came up. */
  readonly release: string;
  /** Name of its iptables' recipe. */
  readonly iptables: string;
  readonly bootMs: number;
  /**
   * Its clock against the machine's: seconds in a second, and `right` if that is within 1 %, `wrong` if no rate that was
   * observed there is to be trusted. Missing if it was up for less than a second.
   */
  readonly clock?: { readonly rate: number; readonly verdict: 'right' | 'off' | 'wrong' };
  /** First lines of what its kernel has complained of. */
  readonly complaints: readonly string[];
}

/** Hosts that were up for a kernel's trials. */
export interface ReportedLab {
  /** Name of the recipe of the kernel that hosts have which have none of their own. */
  readonly kernel: string;
  readonly topology: string;
  readonly accelerator: string;
  readonly ms: number;
  readonly hosts: readonly ReportedHost[];
}

export type ReportedExercise = Pick<Exercise, 'name' | 'summary' | 'teaches' | 'topology'> & {
  readonly steps: readonly Pick<ExerciseStep, 'kind' | 'host' | 'command'>[];
};

/** The record of `l7build lab run`. */
export interface LabReport {
  readonly schema: typeof LAB_REPORT_SCHEMA;
  readonly tool: string;
  readonly mode: string;
  /** True for --no-rules: exercises have to fail. */
  readonly withoutRules: boolean;
  /** ISO 8601. */
  readonly started: string;
  readonly ended: string;
  /** All of it, with what had to be built first. */
  readonly ms: number;
  readonly exitCode: ExitCode;
  /** Why it went no further. */
  readonly failure?: Failure;
  readonly exercises: readonly ReportedExercise[];
  readonly labs: readonly ReportedLab[];
  readonly trials: readonly ReportedTrial[];
  /** The command that does the same again. */
  readonly reproduce: string;
}
