// SPDX-License-Identifier: GPL-2.0-only
import type { ExitCode } from '../model/failure.js';

/** What a command gets from the process around it, and gives to it. */
export interface Shell {
  /** Fires on Ctrl-C and the like. */
  readonly signal: AbortSignal;
  /** Says the exit code. */
  readonly end: (code: ExitCode) => void;
}
