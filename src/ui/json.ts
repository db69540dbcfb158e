// SPDX-License-Identifier: GPL-2.0-only
import type { Reporter, WriteLine } from './reporter.js';

/** One JSON object a line: the events as they are. */
export function jsonReporter(write: WriteLine): Reporter {
  return {
    show(event) {
      write(JSON.stringify(event));
    },
    end: () => Promise.resolve(),
  };
}
