// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { Event } from '../../../src/model/event.js';
import { jsonReporter } from '../../../src/ui/json.js';
import { plainReporter } from '../../../src/ui/plain.js';

const events: Event[] = [
  {
    type: 'run-started',
    name: '6.1',
    mode: 'full',
    tasks: [
      { id: 'a', verb: 'fetch', title: 'fetch a' },
      { id: 'b', verb: 'compile', title: 'compile b' },
      { id: 'c', verb: 'verify', title: 'verify c' },
    ],
  },
  { type: 'task-finished', id: 'a', outcome: 'hit', ms: 1 },
  { type: 'task-started', id: 'b', expectedMs: 65_000 },
  { type: 'task-progress', id: 'b', progress: { done: 3, unit: 'objects' } },
  { type: 'task-progress', id: 'b', progress: { done: 4, unit: 'objects' } },
  { type: 'task-warning', id: 'b', message: 'odd' },
  { type: 'task-finished', id: 'b', outcome: 'done', ms: 61_000 },
  {
    type: 'check',
    id: 'c',
    result: {
      id: 'x',
      title: 'http counts',
      variant: 'nft',
      outcome: 'failed',
      observed: '0 packets',
      expected: '> 0',
      ms: 3,
    },
  },
  { type: 'task-finished', id: 'c', outcome: 'failed', ms: 100 },
  { type: 'run-finished', exitCode: 4, ms: 61_200, out: '/out' },
];

function shown(verbose: boolean): string[] {
  const lines: string[] = [];
  const reporter = plainReporter((line) => lines.push(line), verbose);
  for (const event of events) reporter.show(event);
  return lines;
}

test('one line when a step starts and one when it ends, without control codes', () => {
  expect(shown(false)).toEqual([
    'have  fetch a',
    'start compile b (last time 65 s)',
    'warn  compile b: odd',
    'done  compile b in 61 s',
    'FAIL  http counts [nft]: 0 packets',
    'FAIL  verify c after 0.1 s',
  ]);
});

test('--verbose tells how far a step is, not more often than every few seconds', () => {
  expect(shown(true).filter((line) => line.includes('objects'))).toEqual([
    '      compile b: 3 objects',
  ]);
});

test('json is one event a line', () => {
  const lines: string[] = [];
  const reporter = jsonReporter((line) => lines.push(line));
  for (const event of events) reporter.show(event);
  expect(lines.map((line) => JSON.parse(line) as Event)).toEqual(events);
});
