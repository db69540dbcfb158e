// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { FakeProject } from './project.js';
import { artifactsIn, reportIn } from './report.js';

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make();
  expect((await project.build()).code).toBe(0);
});
afterAll(() => project.remove());

const rebuilt = (): string => `${project.out}.rebuilt`;

/** Changes the report of the first build. */
function tell(change: Partial<Report>): () => void {
  const file = join(project.out, 'report.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, JSON.stringify({ ...reportIn(project.out), ...change }));
  return () => {
    writeFileSync(file, text);
  };
}

it('rebuild makes everything again in a store of its own, downloads nothing, and compares', async () => {
  const asked = project.origin.asked.length;
  const entries = project.stored();
  const { code, stdout } = await project.run('rebuild', project.out, '--jobs', '1');
  expect(stdout).toMatch(/All \d+ artifacts are the same in every byte\.\n$/);
  expect(code).toBe(0);
  expect(artifactsIn(rebuilt())).toEqual(artifactsIn(project.out));
  expect(reportIn(rebuilt()).steps.find(({ id }) => id === 'compile:linux')?.outcome).toBe('done');
  expect(project.origin.asked).toHaveLength(asked);
  expect(project.stored()).toEqual(entries);
  expect(readdirSync(join(project.cache, 'rebuilds'))).toEqual([]);
});

it('says which artifact and which source differ', async () => {
  const { artifacts, inputs } = reportIn(project.out);
  const undo = tell({
    artifacts: artifacts.map((one) =>
      one.name === 'bzImage' ? { ...one, sha256: 'f'.repeat(64) } : one,
    ),
    inputs: inputs.map((one) =>
      one.source === 'linux' ? { ...one, sha256: 'e'.repeat(64) } : one,
    ),
  });
  const { code, stdout } = await project.run('rebuild', join(project.out, 'report.json'));
  undo();
  expect(code).toBe(1);
  expect(stdout).toMatch(/^another source: linux was linux-9\.9\.tar\.gz$/m);
  expect(stdout).toMatch(/^differs: bzImage[: ]/m);
  expect(stdout).toMatch(/^1 of \d+ artifacts differ\.$/m);
});

it('refuses what is no report, and one that does not say how it was made', async () => {
  const none = await project.run('rebuild', project.root);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('has no report of a finished build');
  const { words: _, ...old } = reportIn(project.out);
  const file = join(project.out, 'report.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, JSON.stringify(old));
  const early = await project.run('rebuild', project.out);
  writeFileSync(file, text);
  expect(early.code).toBe(2);
  expect(early.stderr).toContain('earlier version');
  expect(existsSync(join(project.cache, 'rebuilds', 'store'))).toBe(false);
});
