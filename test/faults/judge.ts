// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { sha256 } from '../../src/host/hash.js';
import { processesAt } from '../cli/program.js';
import { artifactsIn } from '../cli/report.js';
import type { Trial } from './campaign.js';
import { contentOf, storedIn, type Lying, type Outcome, type Place } from './ground.js';

/** How a case ended that did not end wrong. */
export type End = 'right' | 'clear error';

/**
 * Looks at what a fault has left, does the same again without it, and looks once more. Throws at the first
 * thing that is not as it has to be.
 */
export async function judged(place: Place, trial: Trial): Promise<End> {
  for (const run of trial.ended) verdict(place, run, trial);
  expect(await survivors(place), 'processes are left').toEqual([]);
  expect(place.mounts(), 'file systems are left').toEqual([]);
  kept(place, place.before, trial.spoiled ?? []);

  const sound = soundIn(place);
  const again = await place.run();
  expect(again, 'the run after the fault').toMatchObject({ code: 0, stderr: '' });
  verdict(place, again, {});
  kept(place, sound, []);
  await nothingLeft(place);
  await nothingPoisoned(place);
  return trial.ended.every(({ code }) => code === 0) ? 'right' : 'clear error';
}

/** A run is right, or says clearly what it failed of. */
function verdict(place: Place, run: Outcome, { codes = [], says }: Partial<Trial>): void {
  expect(run.stdout + run.stderr, 'a stack trace').not.toMatch(/^ +at .*[:(]\d+|node:internal/m);
  if (run.code === 0) {
    expect(artifactsIn(run.out), 'what the report says').toEqual(place.ground.artifacts);
    expect(delivered(run.out), 'what was delivered').toEqual(place.ground.artifacts);
    return;
  }
  expect(codes, `exit code ${String(run.code)}: ${run.stderr}`).toContain(run.code);
  expect(run.stderr, 'a clear error').toMatch(/^l7build: \S/m);
  if (says !== undefined) expect(run.stderr).toMatch(says);
}

/** Digests of the artifacts in an output folder, read from the files themselves. */
function delivered(out: string): Record<string, string> {
  return Object.fromEntries(
    Object.keys(artifactsIn(out)).map((name) => [name, sha256(readFileSync(join(out, name)))]),
  );
}

/** Entries that hold what they have to. */
function soundIn(place: Place): Lying[] {
  return storedIn(place.cache).filter(
    ({ task, files }) => contentOf(files) === place.ground.contents.get(task),
  );
}

/** No good work is lost: what was there is there, and was not made again. */
function kept(place: Place, before: readonly Lying[], spoiled: readonly string[]): void {
  const after = new Map(storedIn(place.cache).map(({ key, created }) => [key, created]));
  const lost = before
    .filter(({ key, created }) => after.get(key) !== created)
    .map(({ task }) => task)
    .filter((task) => !spoiled.includes(task));
  expect(lost, 'good entries are lost').toEqual([]);
}

/** Waits until nothing works at the place any more; gives what still does after some seconds. */
export async function survivors(place: Place): Promise<string[]> {
  for (let tries = 0; tries < 50; tries += 1) {
    if (processesAt(`${place.root}/`).length === 0) return [];
    await sleep(100);
  }
  return processesAt(`${place.root}/`);
}

function staged(place: Place): string[] {
  const staging = join(place.cache, 'staging');
  return existsSync(staging) ? readdirSync(staging) : [];
}

/** What a killed run left half done goes, at the latest with `store gc`. */
async function nothingLeft(place: Place): Promise<void> {
  expect(
    readdirSync(place.out).filter((name) => /\.(?:part|tmp)$|^\./.test(name)),
    'half-written files in the output folder',
  ).toEqual([]);
  if (staged(place).length > 0) await place.starting(['store', 'gc']).ended;
  expect(staged(place), 'tasks half done').toEqual([]);
}

/** Of what a run did not read, `store verify` says whether it is as it was made. */
async function nothingPoisoned(place: Place): Promise<void> {
  const poisoned = (): string[] =>
    storedIn(place.cache)
      .filter(({ task, files }) => contentOf(files) !== place.ground.contents.get(task))
      .map(({ task }) => task);
  if (poisoned().length === 0) return;
  const { stderr } = await place.starting(['store', 'verify']).ended;
  expect(stderr).toBe('');
  expect(poisoned(), 'poisoned entries').toEqual([]);
  verdict(place, await place.run(), {});
}
