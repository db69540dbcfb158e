// SPDX-License-Identifier: GPL-2.0-only
import { Listr, type ListrTaskWrapper, type DefaultRenderer, type SimpleRenderer } from 'listr2';
import { duration } from '../model/duration.js';
import type { Event } from '../model/event.js';
import type { Reporter } from './reporter.js';
import { visible } from '../model/visible.js';
import { outcomeText, progressText } from './words.js';

type Row = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;
type Finished = Extract<Event, { type: 'task-finished' }>;

/** One task's end, which its row waits for. */
interface Pending {
  readonly title: string;
  readonly end: Promise<Finished>;
  finish(event: Finished): void;
  row?: Row;
  started?: number;
  expectedMs?: number;
  doing?: string;
}

/** Live rows on a terminal: a row per step, with its progress, elapsed and expected time. */
export function liveReporter(): Reporter {
  const rows = new Map<string, Pending>();
  let shown: Promise<unknown> = Promise.resolve();
  let clock: NodeJS.Timeout | undefined;
  return {
    show(event) {
      switch (event.type) {
        case 'run-started':
          for (const { id, title } of event.tasks) rows.set(id, pending(title));
          shown = draw([...rows.values()]);
          clock = setInterval(() => {
            for (const row of rows.values()) refresh(row);
          }, 500);
          return;
        case 'task-started':
          change(rows.get(event.id), { started: performance.now(), expectedMs: event.expectedMs });
          return;
        case 'task-progress':
          change(rows.get(event.id), { doing: progressText(event.progress) });
          return;
        case 'task-warning':
          change(rows.get(event.id), { doing: visible(event.message) });
          return;
        case 'task-finished':
          rows.get(event.id)?.finish(event);
          // The list has let go of its line: to write there would be an error.
          rows.delete(event.id);
          return;
        case 'check':
        case 'run-finished':
          return;
      }
    },
    async end() {
      clearInterval(clock);
      await shown;
    },
  };
}

function pending(title: string): Pending {
  const { promise, resolve } = withResolvers<Finished>();
  return { title, end: promise, finish: resolve };
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function draw(rows: readonly Pending[]): Promise<unknown> {
  const list = new Listr(
    rows.map((row) => ({
      title: row.title,
      task: async (_: unknown, wrapper: Row): Promise<void> => {
        row.row = wrapper;
        await settle(row, wrapper);
      },
    })),
    { concurrent: true, exitOnError: false, renderer: 'default', fallbackRenderer: 'simple' },
  );
  return list.run();
}

async function settle(row: Pending, wrapper: Row): Promise<void> {
  const event = await row.end;
  wrapper.output = '';
  switch (event.outcome) {
    case 'hit':
      wrapper.title = `${row.title} (have it)`;
      return;
    case 'done':
      wrapper.title = `${row.title} (${outcomeText(event)})`;
      return;
    case 'cancelled':
      wrapper.skip(`${row.title} (stopped)`);
      return;
    case 'failed':
      throw new Error(event.failure?.message ?? 'failed');
  }
}

function change(
  row: Pending | undefined,
  what: { doing?: string; started?: number; expectedMs?: number | undefined },
): void {
  if (row === undefined) return;
  Object.assign(row, what);
  refresh(row);
}

function refresh(row: Pending): void {
  if (row.row === undefined || row.started === undefined) return;
  const elapsed = duration(performance.now() - row.started);
  const of = row.expectedMs === undefined ? '' : ` of about ${duration(row.expectedMs)}`;
  row.row.output = `${elapsed}${of}${row.doing === undefined ? '' : `: ${row.doing}`}`;
}
