// SPDX-License-Identifier: GPL-2.0-only
import { afterEach, expect, test, vi } from 'vitest';
import type { Event } from '../../../src/model/event.js';
import { liveReporter } from '../../../src/ui/live.js';
import { waiting } from '../../../src/ui/waiting.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What a list writes; where standard output is no terminal, its rows in words. */
async function shown(events: readonly Event[], everyMs = 5): Promise<string> {
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
    await new Promise((soon) => setTimeout(soon, everyMs));
  }
  await reporter.end();
  vi.restoreAllMocks();
  return text;
}

test('a row that has ended stays as it is while others go on', async () => {
  const isTTY = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY');
  Object.defineProperty(process.stdout, 'isTTY', { value: true, configurable: true });
  try {
    const tasks = ['a', 'b'].map((id) => ({ id, verb: 'verify', title: `verify ${id}` }) as const);
    const text = await shown(
      [
        { type: 'run-started', name: '6.1', mode: 'full', tasks },
        { type: 'task-started', id: 'a' },
        { type: 'task-started', id: 'b' },
        { type: 'task-finished', id: 'a', outcome: 'done', ms: 1000 },
        { type: 'task-finished', id: 'b', outcome: 'done', ms: 2000 },
      ],
      // Rows are drawn again each half second.
      600,
    );
    expect(text).toContain('verify a (1.0 s)');
    expect(text).toContain('verify b (2.0 s)');
  } finally {
    if (isTTY === undefined) Reflect.deleteProperty(process.stdout, 'isTTY');
    else Object.defineProperty(process.stdout, 'isTTY', isTTY);
  }
});

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
