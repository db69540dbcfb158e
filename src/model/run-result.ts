// SPDX-License-Identifier: GPL-2.0-only

/** What a script in a guest came to. */
export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The time was over, or nobody waited any more: it was killed with all that it had started. */
  readonly timedOut: boolean;
}

/** Lines of standard error that are told of a script that failed. */
const TOLD = 5;

/**
 * How a script failed that had to succeed, as it goes on after its name: `ended with exit code 2: no such match`.
 * Undefined if it did not.
 */
export function faultOf({
  exitCode,
  stderr,
  timedOut,
}: Pick<RunResult, 'exitCode' | 'stderr' | 'timedOut'>): string | undefined {
  if (!timedOut && exitCode === 0) return undefined;
  const how = timedOut ? 'did not end in time' : `ended with exit code ${String(exitCode)}`;
  const said = lastLines(stderr, TOLD);
  return said === '' ? how : `${how}: ${said}`;
}

/** The last lines of what a script has said, in one. */
export function lastLines(text: string, lines: number): string {
  return text.trim().split('\n').slice(-lines).join(' / ');
}
