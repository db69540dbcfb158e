// SPDX-License-Identifier: GPL-2.0-only
/** What a command gets from the process around it, and gives to it. */
export interface Shell {
  /** Fires on Ctrl-C and the like. */
  readonly signal: AbortSignal;
  /** Says the exit code: an ExitCode, or that of a command that was run for the user. */
  readonly end: (code: number) => void;
}
