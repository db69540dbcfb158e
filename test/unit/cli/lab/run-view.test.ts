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
const hosts = { kernel: '6.1', topology };
const [nft, legacy] = [
  { exercise, backend: 'nft' },
  { exercise, backend: 'legacy' },
] as const;

/** A run of which the second trial fails and the second lab does not come up. */
async function watch(view: RunView): Promise<void> {
  view.say('done  compile x');
  view.open([
    { hosts, trials: [nft, legacy] },
    { hosts: { ...hosts, kernel: '6.12' }, trials: [nft] },
  ]);
  view.ended(SKIPPED);
  view.boots(hosts);
  view.up(hosts, 'leaf', 3000);
  view.up(hosts, 'gate', 4000);
  view.begins(hosts, nft);
  view.step(hosts, nft, 0);
  view.ended(PASSED);
  view.begins(hosts, legacy);
  view.ended(FAILED);
  view.boots({ ...hosts, kernel: '6.12' });
  await view.end();
}

it('has a row for the hosts of each lab and for each trial, and all of them come to an end', async () => {
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
    'pair: hosts with linux 6.1 up',
    'linux 6.1: flood [nft]',
    'linux 6.1: flood [legacy]',
    'pair: hosts with linux 6.12 up',
    'linux 6.12: flood [nft]',
  ]);
  expect(
    events.flatMap((event) => (event.type === 'task-progress' ? [event.progress] : [])),
  ).toEqual([
    { done: 1, total: 2, unit: 'hosts', note: 'leaf' },
    { done: 0, total: 1, unit: 'commands', note: 'forbid \\u{1b}[2J' },
  ]);
  const finished = events.flatMap((event) => (event.type === 'task-finished' ? [event] : []));
  expect(finished.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['6.1 pair', 'done'],
    ['linux 6.1: flood [nft]', 'done'],
    ['linux 6.1: flood [legacy]', 'failed'],
    ['6.12 pair', 'cancelled'],
    ['linux 6.12: flood [nft]', 'cancelled'],
  ]);
  expect(finished[2]?.failure?.message).toMatch(/^WRONG flood \[legacy\] failed/);
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
  ]);
});
