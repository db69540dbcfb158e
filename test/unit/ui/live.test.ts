// SPDX-License-Identifier: GPL-2.0-only
import { afterEach, expect, test, vi } from 'vitest';
import type { Event } from '../../../src/model/event.js';
import { liveReporter } from '../../../src/ui/live.js';
import { waiting } from '../../../src/ui/waiting.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What a list writes when standard output is no terminal: its rows in words, which is what is compared. */
async function shown(events: readonly Event[]): Promise<string> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((data) => {
    text += data.toString();
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((data) => {
    text += data.toString();
    return true;
  });
  const reporter = liveReporter();
  for (const event of events) {
    reporter.show(event);
    await new Promise((soon) => setTimeout(soon, 5));
  }
  await reporter.end();
  vi.restoreAllMocks();
  return text;
}

test('each step has a row that ends with what became of it', async () => {
  const text = await shown([
    {
      type: 'run-started',
      name: '6.1',
      mode: 'full',
      tasks: [
        { id: 'a', verb: 'fetch', title: 'fetch a' },
        { id: 'b', verb: 'compile', title: 'compile b' },
        { id: 'c', verb: 'verify', title: 'verify c' },
        { id: 'd', verb: 'verify', title: 'verify d' },
      ],
    },
    { type: 'task-finished', id: 'a', outcome: 'hit', ms: 1 },
    { type: 'task-started', id: 'b', expectedMs: 65_000 },
    { type: 'task-progress', id: 'b', progress: { done: 3, unit: 'objects', note: 'x.o' } },
    { type: 'task-warning', id: 'b', message: 'odd' },
    { type: 'task-finished', id: 'b', outcome: 'done', ms: 61_000 },
    {
      type: 'task-finished',
      id: 'c',
      outcome: 'failed',
      ms: 100,
      failure: { reason: 'check-failed', message: 'one check failed' },
    },
    { type: 'task-finished', id: 'd', outcome: 'cancelled', ms: 1 },
    { type: 'run-finished', exitCode: 4, ms: 61_200, out: '/out' },
  ]);
  for (const words of ['fetch a (have it)', 'compile b (61 s)', 'one check failed', 'verify d']) {
    expect(text).toContain(words);
  }
});

test('a wait gives what was waited for, or its failure', async () => {
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  expect(await waiting('installing', () => Promise.resolve(7))).toBe(7);
  await expect(waiting('installing', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
