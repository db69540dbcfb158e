// SPDX-License-Identifier: GPL-2.0-only
import type { ProjectFile } from './recipe.js';
import type { Backend } from './scenario.js';

/** A number that a command's output tells, and what it has to be. */
export interface Observation {
  /** What the number is of, for people. */
  readonly what: string;
  /** The words of a line, with `<n>` for the number; see lab/observe.ts. */
  readonly line: string;
  readonly least: number;
  /** Missing where there is no limit. */
  readonly most?: number;
}

export interface ExerciseStep {
  /**
   * `rule`: a rule, or another setting, that the exercise is about. `run`: anything else. `start`: runs until the
   * exercise ends.
   */
  readonly kind: 'rule' | 'run' | 'start';
  /** The exercise is about it: without such steps it has to fail. Every rule is one. */
  readonly essential: boolean;
  readonly host: string;
  /** Of the host's shell, as a person would type it. */
  readonly command: string;
  /** A TCP port at which what was started listens before the next step. */
  readonly port?: number;
  readonly observe: readonly Observation[];
}

/** Where an exercise makes no sense: all that is said of kernel and back end holds. */
export interface Exception {
  readonly why: string;
  /** Missing: whatever the back end. */
  readonly backends?: readonly Backend[];
  /** Kernels of this version on. */
  readonly from?: string;
  /** Kernels before this version. */
  readonly below?: string;
}

/** Something that a person can learn on a lab's hosts, and that passes or fails by what is observed. */
export interface Exercise {
  readonly kind: 'exercise';
  readonly name: string;
  readonly summary: string;
  readonly file: ProjectFile;
  /** What is to be learnt, in a sentence or two. */
  readonly teaches: string;
  /** The topology's name. */
  readonly topology: string;
  readonly steps: readonly ExerciseStep[];
  readonly notApplicable: readonly Exception[];
}
