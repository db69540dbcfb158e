// SPDX-License-Identifier: GPL-2.0-only
import { duration } from '../model/duration.js';
import type { Event } from '../model/event.js';
import type { Reporter, WriteLine } from './reporter.js';
import { visible } from '../model/visible.js';
import { outcomeText, progressText } from './words.js';

/** With --verbose, a running step is heard of at most this often, in milliseconds. */
const PROGRESS_EVERY_MS = 5000;

/** A line when a step starts and one when it ends; for logs and pipes. */
export function plainReporter(write: WriteLine, verbose: boolean): Reporter {
  const titles = new Map<string, string>();
  const heard = new Map<string, number>();
  const title = (id: string): string => titles.get(id) ?? id;
  const progress = (id: string, text: string): void => {
    const now = performance.now();
    if (!verbose || now - (heard.get(id) ?? now - PROGRESS_EVERY_MS) < PROGRESS_EVERY_MS) return;
    heard.set(id, now);
    write(`      ${title(id)}: ${text}`);
  };
  return {
    show(event) {
      switch (event.type) {
        case 'run-started':
          for (const task of event.tasks) titles.set(task.id, task.title);
          return;
        case 'task-started':
          write(`start ${title(event.id)}${expected(event.expectedMs)}`);
          return;
        case 'task-progress':
          progress(event.id, progressText(event.progress));
          return;
        case 'task-warning':
          write(`warn  ${title(event.id)}: ${visible(event.message)}`);
          return;
        case 'check':
          write(
            `${event.result.outcome === 'passed' ? 'pass ' : 'FAIL '} ${checkText(event.result)}`,
          );
          return;
        case 'task-finished':
          write(finished(title(event.id), event));
          return;
        case 'run-finished':
          return;
      }
    },
    end: () => Promise.resolve(),
  };
}

function expected(ms: number | undefined): string {
  return ms === undefined ? '' : ` (last time ${duration(ms)})`;
}

function checkText(result: Extract<Event, { type: 'check' }>['result']): string {
  return `${result.title} [${result.variant}]: ${result.observed}`;
}

function finished(title: string, event: Extract<Event, { type: 'task-finished' }>): string {
  switch (event.outcome) {
    case 'hit':
      return `have  ${title}`;
    case 'done':
      return `done  ${title} in ${outcomeText(event)}`;
    case 'failed':
      return `FAIL  ${title} after ${duration(event.ms)}`;
    case 'cancelled':
      return `stop  ${title}`;
  }
}
