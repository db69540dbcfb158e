// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from './diagnostic.js';
import type { Facts } from './store.js';

/**
 * Process exit codes; the command line's contract with scripts.
 */
export const EXIT = {
  verified: 0,
  buildFailed: 1,
  usage: 2,
  hostLacks: 3,
  checkFailed: 4,
  notApplicable: 77,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every way a run can fail that is not a bug of ours, with the exit code it ends in. */
export const EXIT_BY_REASON = {
  // the user's words or files
  usage: EXIT.usage,
  'unknown-recipe': EXIT.usage,
  'recipe-invalid': EXIT.usage,
  'definition-invalid': EXIT.usage,
  // the host or the network
  'host-lacks': EXIT.hostLacks,
  'network-failed': EXIT.hostLacks,
  'source-missing': EXIT.hostLacks,
  'checksum-mismatch': EXIT.hostLacks,
  'signature-refused': EXIT.hostLacks,
  'no-space': EXIT.hostLacks,
  'store-unusable': EXIT.hostLacks,
  // the build
  'archive-refused': EXIT.buildFailed,
  'patch-rejected': EXIT.buildFailed,
  'config-unmet': EXIT.buildFailed,
  'command-failed': EXIT.buildFailed,
  // the guest
  'guest-panic': EXIT.checkFailed,
  'guest-oops': EXIT.checkFailed,
  'guest-hang': EXIT.checkFailed,
  'guest-died': EXIT.checkFailed,
  'check-failed': EXIT.checkFailed,
  'not-applicable': EXIT.notApplicable,
  interrupted: EXIT.interrupted,
} as const satisfies Record<string, ExitCode>;

export type FailureReason = keyof typeof EXIT_BY_REASON;

/**
 * An expected failure, as data: what failed, on which input, the few lines that matter, what to do.
 * Whoever finds the fault words it; the user interface only lays it out.
 */
export interface Failure {
  readonly reason: FailureReason;
  /** One sentence: what failed, naming the input. */
  readonly message: string;
  /** The lines of a log or the two digests that matter. */
  readonly details?: readonly string[];
  /** What to do, one remedy a line. */
  readonly hints?: readonly string[];
  readonly diagnostics?: readonly Diagnostic[];
  /** The whole log, when there is one. */
  readonly log?: string;
  /** What the step had found until then (ledger, config, checks), for the report. */
  readonly facts?: Facts;
}

/**
 * Carries a Failure from where it is found to the one place that catches it (the engine for a task,
 * the command line for all else). Any other exception is a bug.
 */
export class Failed extends Error {
  override readonly name = 'Failed';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}
