// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { liveView, plainView, type RunView } from '../../../../src/cli/lab/run-view.js';
import type { Event } from '../../../../src/model/event.js';
import type { Exercise } from '../../../../src/model/exercise.js';
import type { Topology } from '../../../../src/model/topology.js';
import { FAILED, PASSED, SKIPPED } from '../../report/lab/report.js';

const exercise = {
  name: 'flood',
  steps: [{ kind: 'rule', host: 'gate', command: 'forbid \u001B[2J', observe: [] }],
} as unknown as Exercise;
const topology = {
  name: 'pair',
  hosts: [{ name: 'gate' }, { name: 'leaf' }],
} as unknown as Topology;
const [older, lab, newer, newest] = ['2.6.32', '6.1', '6.12', '7.2'].map((kernel) => ({
  kernel,
  topology,
}));

/** A run of which the first lab has nothing to try, the third is left early, and the fourth does not come up. */
async function watch(view: RunView): Promise<void> {
  if (older === undefined || lab === undefined || newer === undefined || newest === undefined)
    return;
  view.say('done  compile x');
  view.open([lab, newer, newest].map((one) => ({ lab: one, trials: 2 })));
  view.ended(older, SKIPPED);
  view.boots(lab);
  view.up(lab, 'leaf', 3000);
  view.up(lab, 'gate', 4000);
  view.step(lab, { exercise, backend: 'nft' }, 0);
  view.ended(lab, PASSED);
  view.step(lab, { exercise, backend: 'legacy' }, 0);
  view.ended(lab, FAILED);
  view.gone(lab);
  view.boots(newer);
  view.ended(newer, PASSED);
  view.gone(newer);
  await view.end();
}

it('has a row for each lab, and all of them come to an end', async () => {
  const events: Event[] = [];
  const lines: string[] = [];
  let ends = 0;
  const reporter = {
    show: (event: Event) => events.push(event),
    end: () => Promise.resolve(void (ends += 1)),
  };
  await watch(liveView(reporter, (line) => lines.push(line)));
  const [first] = events;
  expect(first?.type === 'run-started' ? first.tasks.map(({ title }) => title) : []).toEqual([
    'pair with linux 6.1',
    'pair with linux 6.12',
    'pair with linux 7.2',
  ]);
  expect(
    events.flatMap((event) => (event.type === 'task-progress' ? [event.progress] : [])),
  ).toEqual([
    { done: 1, total: 2, unit: 'hosts', note: 'leaf' },
    { done: 2, total: 2, unit: 'hosts', note: 'gate' },
    { done: 0, total: 2, unit: 'trials', note: 'flood [nft]: forbid \\u{1b}[2J' },
    { done: 1, total: 2, unit: 'trials', note: 'flood [legacy]: forbid \\u{1b}[2J' },
  ]);
  const finished = events.flatMap((event) => (event.type === 'task-finished' ? [event] : []));
  expect(finished.map(({ id, outcome, failure }) => [id, outcome, failure?.message])).toEqual([
    ['pair with linux 6.1', 'failed', 'pair with linux 6.1: flood [legacy] failed'],
    ['pair with linux 6.12', 'cancelled', undefined],
    ['pair with linux 7.2', 'cancelled', undefined],
  ]);
  expect(lines).toEqual(['done  compile x']);
  expect(ends).toBe(1);
});

it('has a line for each lab, where there are several, host and trial', async () => {
  const lines: string[] = [];
  await watch(plainView((line) => lines.push(line)));
  expect(lines.map((line) => line.slice(0, 30))).toEqual([
    'done  compile x',
    'skip  flood [nft] not applicab',
    'lab   pair with linux 6.1',
    'up    leaf in 3.0 s',
    'up    gate in 4.0 s',
    'right flood [nft] passed in 5.',
    'WRONG flood [legacy] failed in',
    'lab   pair with linux 6.12',
    'right flood [nft] passed in 5.',
  ]);
});
