// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeProject } from './project.js';
import { artifactsIn, endedIn, eventsOf } from './report.js';

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make(0.3);
});
afterAll(() => project.remove());

const TIMEOUT_MS = 60_000;

it(
  'two runs at once on one store share the work and deliver the same',
  { timeout: TIMEOUT_MS },
  async () => {
    const outs = [join(project.root, 'one'), join(project.root, 'two')];
    const runs = outs.map(
      (out) => project.start(['--kernel', '9.9', '--no-verify', '--json', '--out', out]).ended,
    );
    const ended = await Promise.all(runs);
    expect(ended).toMatchObject([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    const [one = '', two = ''] = outs;
    expect(artifactsIn(one)).toEqual(artifactsIn(two));
    const done = ended.flatMap(({ stdout }) => endedIn(eventsOf(stdout), 'done'));
    expect(done.sort()).toEqual(project.stored());
    expect(project.origin.asked.toSorted()).toEqual(['iptables-1.0.tar.gz', 'linux-9.9.tar.gz']);
    expect(project.leftovers()).toEqual([]);
  },
);

it('two runs into one output folder', { timeout: TIMEOUT_MS }, async () => {
  const out = join(project.root, 'same');
  const args = ['--kernel', '9.9', '--no-verify', '--out', out];
  const ended = await Promise.all([project.start(args).ended, project.start(args).ended]);
  expect(ended).toMatchObject([
    { code: 0, stderr: '' },
    { code: 0, stderr: '' },
  ]);
  expect(artifactsIn(out)).toEqual(artifactsIn(join(project.root, 'one')));
  expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
});

it(
  'two versions of the match at once come out as each alone',
  { timeout: TIMEOUT_MS },
  async () => {
    const outs = [join(project.root, 'three'), join(project.root, 'four')] as const;
    const args = (out: string): string[] => ['--kernel', '9.9', '--no-verify', '--out', out];
    const first = project.start([...args(outs[0]), '--json']);
    await first.says('"task-started","id":"compile:linux"').catch(() => undefined);
    const match = 'patches/linux/files/net/netfilter/layer7/xt_layer7.c';
    const undo = project.change(match, '> 10', '> 30');
    const second = project.start(args(outs[1]));
    expect((await first.ended).code).toBe(0);
    expect((await second.ended).code).toBe(0);
    expect(artifactsIn(outs[0])).toEqual(artifactsIn(join(project.root, 'one')));
    expect(artifactsIn(outs[1])['modules.tar.zst']).not.toBe(
      artifactsIn(outs[0])['modules.tar.zst'],
    );
    const shared = artifactsIn(outs[1]);
    project.cache = join(project.root, 'alone');
    expect((await project.run(...args(outs[1]))).code).toBe(0);
    expect(artifactsIn(outs[1])).toEqual(shared);
    undo();
  },
);
