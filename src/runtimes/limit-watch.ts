// SPDX-License-Identifier: GPL-2.0-only
import { exec, type Argv, type ExecOptions } from '../host/exec.js';
import { Failed, type Failure } from '../model/failure.js';
import type { BuildCommand, Limits } from '../model/runtime.js';
import { limitFailure } from './limit-failure.js';
import type { LimitName } from './limits.js';

/** How often a command is looked at for having met a limit, in milliseconds. */
const WATCH_MS = 500;

/** Limits that are held already, and how one tells that a command met them. */
export interface Watch {
  readonly limits: Limits;
  /**
   * The limit that the command came up against, if that can be told.
   *
   * @param ended how it failed, once it has
   */
  readonly reached: (ended?: Failure) => Promise<LimitName | undefined>;
}

/**
 * Runs a command under limits to its end. It is ended when it meets the limit of processes: one that
 * goes on starting more would otherwise try for ever. Running out of memory ends a process by itself.
 *
 * @param argv the command with all the words around it that keep it in
 * @throws Failed as exec does; where a limit was met, it is that which is told
 */
export async function execWatched(
  argv: Argv,
  command: BuildCommand,
  { limits, reached }: Watch,
  options: Pick<ExecOptions, 'cwd' | 'env' | 'handed'>,
): Promise<void> {
  const { signal, log, onLine } = command;
  const stop = new AbortController();
  const timer = setInterval(() => {
    void reached().then((name) => {
      if (name === 'processes') stop.abort();
    });
  }, WATCH_MS);
  try {
    await exec(argv, {
      ...options,
      signal: AbortSignal.any([signal, stop.signal]),
      log,
      capture: false,
      ...(onLine === undefined ? {} : { onLine }),
    });
  } catch (error) {
    if (!(error instanceof Failed) || signal.aborted) throw error;
    const { failure } = error;
    const met = stop.signal.aborted ? 'processes' : await reached(failure);
    if (met !== undefined) throw limitFailure(met, limits, command, failure);
    // People know the command, not the many words around it.
    const message = failure.message.replace(argv.join(' '), () => command.argv.join(' '));
    throw new Failed({ ...failure, message });
  } finally {
    clearInterval(timer);
  }
}
