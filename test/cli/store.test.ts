// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Manifest } from '../../src/model/store.js';
import { FakeProject } from './project.js';
import { artifactsIn } from './report.js';

let project: FakeProject;
let before: Record<string, string>;
beforeAll(async () => {
  project = await FakeProject.make();
  expect((await project.build()).code).toBe(0);
  before = artifactsIn(project.out);
});
afterAll(() => project.remove());

/** Changes a byte of a file that a task has put into the store; the size stays. */
function flip(task: string, path: string): void {
  const entries = join(project.cache, 'entries');
  const key = readdirSync(entries).find((name) => {
    const text = readFileSync(join(entries, name, 'manifest.json'), 'utf8');
    return (JSON.parse(text) as Manifest).task === task;
  });
  const file = join(entries, key ?? '', 'files', path);
  const bytes = readFileSync(file);
  bytes[3] = (bytes[3] ?? 0) ^ 0x40;
  writeFileSync(file, bytes);
}

it('show tells what there is and what it takes', async () => {
  const { code, stdout } = await project.run('store', 'show');
  expect(code).toBe(0);
  expect(stdout).toMatch(/KiB +\d{4}-\d\d-\d\d \d\d:\d\d +compile:linux +entries\//);
  expect(stdout).toMatch(/work tree/);
  expect(stdout).toMatch(/entries and trees, \d+\.\d [KM]iB\n$/);
  const json = JSON.parse((await project.run('store', 'show', '--json')).stdout) as object;
  expect(json).toMatchObject({ root: project.cache });
});

it('verify finds nothing in a store that is as it was made', async () => {
  const { code, stdout } = await project.run('store', 'verify');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+ files of \d+ entries read, 0 damaged\n$/);
});

it('verify puts a damaged entry aside, and the next run makes it again', async () => {
  flip('package:modules', 'modules.tar.zst');
  const { code, stdout } = await project.run('store', 'verify');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^damaged: modules\.tar\.zst of package:modules; now in quarantine\//);
  expect((await project.run('store', 'verify')).code).toBe(0);
  expect((await project.build()).code).toBe(0);
  expect(artifactsIn(project.out)).toEqual(before);
});

it('an artifact that was damaged in the store is not delivered', async () => {
  flip('compile:linux', 'bzImage');
  const { code, stderr } = await project.build();
  expect(code).toBe(3);
  expect(stderr).toContain('bzImage of compile:linux was damaged in the store');
  expect((await project.build()).code).toBe(0);
  expect(artifactsIn(project.out)).toEqual(before);
});

it('what is damaged is made again before a step reads it', async () => {
  flip('compile:iptables', 'root/usr/sbin/xtables-legacy-multi');
  const undo = project.change('recipes/protocols/smtp.pat', '^220', '^(220|554)');
  const { code, stdout } = await project.build();
  undo();
  expect(code).toBe(0);
  expect(stdout).toContain('xtables-legacy-multi was damaged in the store');
  expect((await project.build()).code).toBe(0);
  expect(artifactsIn(project.out)).toEqual(before);
});

it('gc keeps what fits, and what it removed is made again', async () => {
  const kept = await project.run('store', 'gc');
  expect(kept.code).toBe(0);
  expect(kept.stdout).toMatch(/^[^\n]* left\n$/);
  const { code, stdout } = await project.run('store', 'gc', '--size', '0');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^removed .* compile:linux/m);
  expect(project.stored()).toEqual([]);
  expect((await project.build()).code).toBe(0);
  expect(artifactsIn(project.out)).toEqual(before);
  expect((await project.run('store', 'gc', '--size', '5X')).code).toBe(2);
});
