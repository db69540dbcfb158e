// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Shell } from '../../src/cli/shell.js';
import type { Report } from '../../src/model/report.js';
import { FakeProject } from './project.js';

/**
 * The same command line inside of this process, where its coverage is counted. What users see is the other
 * files' matter: they run the program.
 */
let project: FakeProject;
let makeProgram: (shell: Shell) => Command;
let written: { stdout: string; stderr: string };

beforeAll(async () => {
  project = await FakeProject.make();
  vi.stubEnv('L7BUILD_PROJECT', project.dir);
  vi.stubEnv('L7BUILD_CACHE', project.cache);
  ({ makeProgram } = await import('../../src/cli/program.js'));
});

beforeEach(() => {
  written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((data) => {
      written[name] += data.toString();
      return true;
    });
  }
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await project.remove();
});

/** Runs a command line. Returns the exit code it said, or rethrows what it threw. */
async function run(...words: string[]): Promise<number> {
  let code = 0;
  const shell: Shell = {
    signal: new AbortController().signal,
    end: (said) => {
      code = said;
    },
  };
  try {
    await makeProgram(shell).parseAsync(words, { from: 'user' });
    return code;
  } finally {
    vi.restoreAllMocks();
  }
}

const report = (): Report =>
  JSON.parse(readFileSync(join(project.out, 'report.json'), 'utf8')) as Report;

test('a build delivers, records and says what to do next', async () => {
  expect(await run(...project.job('--plain'))).toBe(0);
  expect(written.stdout).toContain('Next: l7build verify');
  expect(report().steps.every((step) => step.outcome === 'done')).toBe(true);
  for (const { name } of report().artifacts) expect(existsSync(join(project.out, name))).toBe(true);
});

test('the second build finds everything', async () => {
  expect(await run(...project.job('--json'))).toBe(0);
  expect(report().steps.every((step) => step.outcome === 'hit')).toBe(true);
});

test('a failed build says so and is recorded', async () => {
  const restore = project.change('patches/linux/hook.patch', '+', '+x');
  project.put('patches/linux/hook.patch', '--- a/nothing\n+++ b/nothing\n@@ -1 +1 @@\n-a\n+b\n');
  expect(await run(...project.job('--plain'))).toBe(1);
  expect(written.stderr).toContain('hook.patch');
  expect(report().failure?.reason).toBe('patch-rejected');
  expect(report().patches.map((line) => line.outcome)).toContain('rejected');
  restore();
});

test('explain tells the plan and that it can be done', async () => {
  expect(await run('explain', ...project.job())).toBe(0);
  expect(written.stdout).toMatch(/iptables 1\.0[^]*fetch linux 9\.9[^]*It can be done here/);
});

test('list, protocols list and protocols lint', async () => {
  expect(await run('list')).toBe(0);
  expect(written.stdout).toMatch(/linux +9\.9/);
  expect(await run('protocols', 'list', '--json')).toBe(0);
  expect(await run('protocols', 'lint')).toBe(0);
});

test('doctor tells the toolchain and how compiles are kept in', async () => {
  expect(await run('doctor')).toBe(0);
  expect(written.stdout).toMatch(/gcc: [^]*compiling: network/);
});

test('patch status finds the tree that the build unpacked', async () => {
  expect(await run('patch', 'status', '--kernel', '9.9')).toBe(0);
  expect(written.stdout).toContain('hook.patch');
});

test('a plan can be seen without a run', async () => {
  expect(await run(...project.job('--dry-run'))).toBe(0);
  expect(written.stdout).toContain('compile:linux');
});

test('verify refuses a folder that no build has filled', async () => {
  await expect(run('verify', project.root)).rejects.toMatchObject({ failure: { reason: 'usage' } });
});

test('a soak takes minutes, and no other word', async () => {
  const soak = run('verify', project.root, '--soak', '--minutes', 'long');
  await expect(soak).rejects.toThrow('It has to be a number of minutes');
});
