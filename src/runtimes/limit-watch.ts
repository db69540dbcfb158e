// SPDX-License-Identifier: GPL-2.0-only
import type { Hold, LimitName } from './limits.js';

/** How often a command is looked at for having met a limit, in milliseconds. */
const WATCH_MS = 500;

/**
 * Ends a command that meets the limit of processes: one that goes on starting more would otherwise
 * try for ever. Running out of memory ends a process by itself.
 *
 * @param reached tells which limit the command came up against so far
 * @returns a signal to stop the command by; `end` is to be called when the command has ended
 */
export function watchLimits(reached: Hold['reached']): {
  readonly signal: AbortSignal;
  met(): LimitName | undefined;
  end(): void;
} {
  const stop = new AbortController();
  let met: LimitName | undefined;
  const timer = setInterval(() => {
    void reached().then((name) => {
      if (name !== 'processes') return;
      met = name;
      stop.abort();
    });
  }, WATCH_MS);
  return {
    signal: stop.signal,
    met: () => met,
    end: () => {
      clearInterval(timer);
    },
  };
}
