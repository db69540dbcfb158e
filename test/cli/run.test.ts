// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256 } from '../../src/host/hash.js';
import { FakeProject } from './project.js';
import { endedIn, eventsOf, reportIn } from './report.js';

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make();
});
afterAll(() => project.remove());

const ARTIFACTS = [
  'System.map',
  'bzImage',
  'config',
  'headers.tar.zst',
  'initramfs.cpio.gz',
  'iptables.tar.zst',
  'l7-protocols.tar.zst',
  'layer7.patch',
  'modules.tar.zst',
];
const TASKS = [
  ...['compile:iptables', 'compile:linux', 'configure:linux', 'fetch:iptables', 'fetch:linux'],
  ...['image:initramfs', 'package:headers', 'package:iptables', 'package:l7-protocols'],
  ...['package:modules', 'patch:iptables', 'patch:linux', 'unpack:iptables', 'unpack:linux'],
];

it('prints the plan for --dry-run and touches nothing', async () => {
  const { code, stdout, stderr } = await project.build('--dry-run');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('linux 9.9, full mode: 14 steps');
  expect(stdout).toMatch(/compile:linux +compile linux 9\.9 {2}\(after unpack:linux, patch:linux/);
  expect(existsSync(project.out)).toBe(false);
  expect(existsSync(project.cache)).toBe(false);
});

it('builds everything that it promises, and reports on it', async () => {
  const { code, stdout, stderr } = await project.build();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^done {2}compile linux 9\.9 in \d/m);
  expect(stdout).toMatch(/Built linux 9\.9 in .*, not verified: out\. Next: l7build verify out\n$/);
  const report = reportIn(project.out);
  expect(report.artifacts.map(({ name }) => name).sort()).toEqual(ARTIFACTS);
  for (const { name, sha256: digest, size } of report.artifacts) {
    const content = readFileSync(join(project.out, name));
    expect([name, sha256(content), content.length]).toEqual([name, digest, size]);
  }
  expect(report.exitCode).toBe(0);
  expect(report.inputs.map(({ source, pinned }) => [source, pinned]).sort()).toEqual([
    ['iptables', true],
    ['linux', true],
  ]);
  expect(report.steps.map(({ id, outcome }) => `${outcome} ${id}`).sort()).toEqual(
    TASKS.map((id) => `done ${id}`),
  );
  expect(report.patches.map(({ outcome }) => outcome)).not.toContain('rejected');
  expect(report.patches.some(({ patch }) => patch.endsWith('hook.patch'))).toBe(true);
  expect(report.config.map(({ symbol, resolved }) => [symbol, resolved])).toContainEqual([
    'NETFILTER_XT_MATCH_LAYER7',
    'm',
  ]);
  const markdown = readFileSync(join(project.out, 'report.md'), 'utf8');
  expect(markdown).toContain('# linux 9.9 (full) with iptables 1.0: built, not verified');
  for (const { sha256: digest } of report.artifacts) expect(markdown).toContain(digest);
  const junit = readFileSync(join(project.out, 'junit.xml'), 'utf8');
  expect(junit).toContain('name="l7build 9.9 full steps" tests="14" failures="0" skipped="0"');
  expect(statSync(join(project.out, 'logs/compile-linux.log')).size).toBeGreaterThan(0);
  expect(project.stored()).toEqual(TASKS);
  expect(project.leftovers()).toEqual([]);
});

it('does nothing the second time, and says so in JSON alone', async () => {
  const before = reportIn(project.out);
  const { code, stdout, stderr } = await project.build('--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const events = eventsOf(stdout);
  expect(endedIn(events, 'hit')).toEqual(TASKS);
  expect(events.map(({ type }) => type)).not.toContain('task-started');
  expect(events.at(0)?.type).toBe('run-started');
  expect(events.at(-1)).toMatchObject({ type: 'run-finished', exitCode: 0, out: project.out });
  const after = reportIn(project.out);
  expect(after.artifacts).toEqual(before.artifacts);
  const byName = (report: typeof after): typeof after.inputs =>
    report.inputs.toSorted((a, b) => a.name.localeCompare(b.name));
  expect(byName(after)).toEqual(byName(before));
  expect(project.origin.asked).toHaveLength(2);
});

it('prints no control codes with --plain, and the same in a colourful environment', async () => {
  const { code, stdout } = await project.start(project.job('--plain'), { FORCE_COLOR: '3' }).ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^have {2}compile linux 9\.9$/m);
  // eslint-disable-next-line no-control-regex
  expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
});

it('delivers elsewhere from the store', async () => {
  const elsewhere = join(project.root, 'elsewhere');
  const args = ['--kernel', '9.9', '--no-verify', '--out', elsewhere];
  expect((await project.run('build', ...args)).code).toBe(0);
  expect(reportIn(elsewhere).artifacts).toEqual(reportIn(project.out).artifacts);
  expect(reportIn(elsewhere).reproduce).toContain(`--out ${elsewhere} --no-verify`);
});

it('says how the series went on in the tree that the build unpacked', async () => {
  const { code, stdout } = await project.run('patch', 'status', '--kernel', '9.9');
  expect(code).toBe(0);
  expect(stdout).toContain('hook.patch');
});

it('tells several builds side by side', async () => {
  const { code, stdout } = await project.run('report', project.out, project.out);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^\| Linux \| mode .*\n\| --- .*\n(?:\| 9\.9 \| full .* not verified \|\n){2}$/,
  );
});

it.each([
  [['report', '.'], /\. is not the output folder of a build/],
  [['verify', '.'], /is not the output folder of a finished build/],
  [['verify', '.', '--soak', '--minutes', 'long'], /It has to be a number of minutes/],
])('%j is refused: there is no build, or no such time', async (words, complaint) => {
  const { code, stderr } = await project.run(...words);
  expect(code).toBe(2);
  expect(stderr).toMatch(complaint);
});
