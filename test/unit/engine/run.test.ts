// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEnvironment, TaskResult } from '../../../src/engine/environment.js';
import { runPlan } from '../../../src/engine/run.js';
import { Store } from '../../../src/engine/store.js';
import { sha256File } from '../../../src/host/hash.js';
import type { Event } from '../../../src/model/event.js';
import { Failed } from '../../../src/model/failure.js';
import type { Plan, Task } from '../../../src/model/task.js';

/** Real package steps (tar and zstd) on small files: the quickest steps that there are. */
let root: string;
let events: Event[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'l7build-run-'));
  events = [];
  await mkdir(join(root, 'project'));
  await writeFile(join(root, 'project/http.pat'), 'http\n^get\n');
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

function environment(signal = new AbortController().signal): RunEnvironment {
  return {
    store: new Store(join(root, 'store')),
    project: join(root, 'project'),
    logs: join(root, 'logs'),
    policy: { mirrors: [], offline: true },
    builder: {
      name: 'host',
      why: '',
      confinement: { network: 'off', filesystem: 'open', user: 'root', how: '' },
      open: () => Promise.reject(new Error('nothing is compiled here')),
    },
    jobs: 1,
    signal,
    emit: (event) => events.push(event),
    onResult: () => undefined,
    expected: { 'package:l7-protocols': 1234 },
  };
}

async function definitions(file = 'http.pat'): Promise<Task> {
  const sha256 = await sha256File(join(root, 'project/http.pat'));
  return {
    id: 'package:l7-protocols',
    verb: 'package',
    title: 'package definitions',
    needs: {},
    params: {
      archive: 'l7-protocols.tar.zst',
      definitions: [{ path: file, sha256 }],
      prefix: 'etc/l7-protocols',
    },
    host: {},
  };
}

/** Packs what the first task yielded once more. */
const again: Task = {
  id: 'package:again',
  verb: 'package',
  title: 'package again',
  needs: { from: 'package:l7-protocols' },
  params: { archive: 'again.tar.zst', directory: '.', prefix: '.' },
  host: {},
};

async function plan(...tasks: Task[]): Promise<Plan> {
  return { name: 'test', mode: 'full', tasks: [await definitions(), ...tasks] };
}

const outcomes = (results: readonly TaskResult[]): boolean[] => results.map((result) => result.hit);
const ends = (): string[] =>
  events.flatMap((event) =>
    event.type === 'task-finished' ? [`${event.id} ${event.outcome}`] : [],
  );

test('the second run does nothing: every step is a hit, and none starts', async () => {
  expect(outcomes(await runPlan(await plan(again), environment()))).toEqual([false, false]);
  events = [];
  expect(outcomes(await runPlan(await plan(again), environment()))).toEqual([true, true]);
  expect(events.some((event) => event.type === 'task-started')).toBe(false);
});

test('a step that starts says how long it took last time', async () => {
  await runPlan(await plan(), environment());
  expect(events).toContainEqual({
    type: 'task-started',
    id: 'package:l7-protocols',
    expectedMs: 1234,
  });
});

test('a changed input makes its step and those that read it run again', async () => {
  await runPlan(await plan(again), environment());
  await writeFile(join(root, 'project/http.pat'), 'http\n^post\n');
  expect(outcomes(await runPlan(await plan(again), environment()))).toEqual([false, false]);
});

test('a step that came out the same leaves its dependents alone', async () => {
  await runPlan(await plan(again), environment());
  const first = await definitions();
  const renamed = { ...first, host: { tar: 'another version' } } as Task;
  const results = await runPlan(
    { name: 'test', mode: 'full', tasks: [renamed, again] },
    environment(),
  );
  expect(outcomes(results)).toEqual([false, true]);
});

test('what a damaged entry held is made again', async () => {
  const [first] = await runPlan(await plan(), environment());
  await rm(join(first?.entry.dir ?? '', 'l7-protocols.tar.zst'));
  expect(outcomes(await runPlan(await plan(), environment()))).toEqual([false]);
});

test('a flipped byte is noticed before a step reads it: the entry is put aside and made again', async () => {
  const [first] = await runPlan(await plan(), environment());
  const file = join(first?.entry.dir ?? '', 'l7-protocols.tar.zst');
  const bytes = await readFile(file);
  await writeFile(file, Buffer.from(bytes).fill(0xff, 9, 10));
  const [, second] = await runPlan(await plan(again), environment());
  expect(await readFile(file)).toEqual(bytes);
  const key = first?.key ?? '';
  expect(await readdir(join(root, 'store/quarantine'))).toEqual([key]);
  expect(events).toContainEqual({
    type: 'task-warning',
    id: 'package:l7-protocols',
    message: `l7-protocols.tar.zst was damaged in the store: put aside in quarantine/${key}, and made again`,
  });
  // As if nothing had been.
  await rm(join(root, 'store'), { recursive: true });
  const [, undisturbed] = await runPlan(await plan(again), environment());
  expect(second?.entry.manifest.digest).toBe(undisturbed?.entry.manifest.digest);
});

test('two steps that meet the same damaged entry make it again once', async () => {
  const [first] = await runPlan(await plan(), environment());
  await writeFile(join(first?.entry.dir ?? '', 'l7-protocols.tar.zst'), 'torn', { flag: 'r+' });
  const other: Task = { ...again, id: 'package:other', params: { ...again.params } };
  await runPlan(await plan(again, { ...other, host: { tar: 'another' } }), environment());
  expect(events.filter((event) => event.type === 'task-warning')).toHaveLength(1);
});

test('a failed step stops those that wait for it, and leaves nothing half-made', async () => {
  const broken = await definitions('missing.pat');
  const run = runPlan({ name: 'test', mode: 'full', tasks: [broken, again] }, environment());
  await expect(run).rejects.toThrow();
  expect(await readdir(join(root, 'store/staging'))).toEqual([]);
  await expect(readdir(join(root, 'store/entries'))).rejects.toThrow();
  expect(ends()).toContain('package:again cancelled');
});

test('an expected failure is told with its step', async () => {
  const lacking: Task = { ...again, id: 'package:odd', needs: { from: 'package:l7-protocols' } };
  const params = { archive: 'x.tar.zst', directory: 'no-such-folder', prefix: '.' };
  const run = runPlan(await plan({ ...lacking, params }), environment());
  await expect(run).rejects.toBeInstanceOf(Failed);
  expect(ends()).toContain('package:odd failed');
});

test('a run that is interrupted starts nothing', async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(runPlan(await plan(), environment(stop.signal))).rejects.toMatchObject({
    failure: { reason: 'interrupted' },
  });
  expect(events.some((event) => event.type === 'task-started')).toBe(false);
});

test('two runs at once on one store both end right, and each step is done once', async () => {
  const runs = await Promise.all([
    runPlan(await plan(again), environment()),
    runPlan(await plan(again), environment()),
  ]);
  const [one, two] = runs.map((results) => results.map((result) => result.entry.manifest.digest));
  expect(one).toEqual(two);
  expect(runs.flat().filter((result) => !result.hit)).toHaveLength(2);
});

test('a manifest on disk says what the entry holds', async () => {
  const [result] = await runPlan(await plan(), environment());
  const file = join(root, 'store/entries', result?.key ?? '', 'manifest.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    task: 'package:l7-protocols',
    files: [{ path: 'l7-protocols.tar.zst' }],
  });
});
