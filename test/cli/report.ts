// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event, TaskOutcome } from '../../src/model/event.js';
import type { Report } from '../../src/model/report.js';

/** The report in an output folder. */
export function reportIn(out: string): Report {
  return JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;
}

/** Digests of what was delivered, by name. */
export function artifactsIn(out: string): Record<string, string> {
  return Object.fromEntries(reportIn(out).artifacts.map(({ name, sha256 }) => [name, sha256]));
}

/** Standard output of a run with --json; throws if a line of it is no JSON. */
export function eventsOf(stdout: string): Event[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event);
}

/** Ids of the tasks that ended in an outcome, sorted. */
export function endedIn(events: readonly Event[], outcome: TaskOutcome): string[] {
  return events
    .flatMap((event) =>
      event.type === 'task-finished' && event.outcome === outcome ? [event.id] : [],
    )
    .sort();
}
