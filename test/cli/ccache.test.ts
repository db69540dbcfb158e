// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../src/host/tools.js';
import type { CcacheUse } from '../../src/model/ccache.js';
import type { Manifest } from '../../src/model/store.js';
import { FakeProject } from './project.js';
import { artifactsIn, eventsOf, reportIn } from './report.js';

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make();
});
afterAll(() => project.remove());

/** Removes what was compiled of the kernel: the entry and the work tree. */
function forget(): void {
  const entries = join(project.cache, 'entries');
  for (const key of readdirSync(entries)) {
    const text = readFileSync(join(entries, key, 'manifest.json'), 'utf8');
    if ((JSON.parse(text) as Manifest).task !== 'compile:linux') continue;
    rmSync(join(entries, key), { recursive: true });
  }
  rmSync(join(project.cache, 'work'), { recursive: true });
}

/** What ccache did the last time that the kernel was compiled, as the report has it. */
function used(): CcacheUse | undefined {
  return reportIn(project.out).ccache?.find(({ step }) => step === 'compile:linux');
}

describe.skipIf(findProgram('ccache') === undefined)('a kernel that was compiled before', () => {
  let plain: Record<string, string>;

  it('was compiled without ccache, which nobody asked for', async () => {
    expect((await project.build()).code).toBe(0);
    expect(used()).toBeUndefined();
    expect(readdirSync(project.cache)).not.toContain('ccache');
    plain = artifactsIn(project.out);
  });

  it('comes out the same in every byte with ccache, and by what ccache has', async () => {
    forget();
    const empty = await project.build('--ccache');
    expect(empty.stdout).toMatch(
      /^done {2}compile linux 9\.9 in .*, ccache had 0 of [1-9]\d* objects/m,
    );
    expect(artifactsIn(project.out)).toEqual(plain);
    forget();
    const { stdout } = await project.build('--ccache', '--json');
    const done = eventsOf(stdout).find(
      (event) => event.type === 'task-finished' && event.id === 'compile:linux',
    );
    expect(done).toMatchObject({ outcome: 'done', ccache: { misses: 0 } });
    expect(used()).toMatchObject({ misses: 0, hits: expect.any(Number) as number });
    expect(used()).not.toMatchObject({ hits: 0 });
    expect(artifactsIn(project.out)).toEqual(plain);
    const page = readFileSync(join(project.out, 'report.md'), 'utf8');
    expect(page).toMatch(/^- compile:linux: ccache had (\d+) of \1 objects \(100 %\)$/m);
  });

  it('is not compiled again because ccache came or went', async () => {
    const { stdout } = await project.build();
    expect(stdout).toMatch(/^have {2}compile linux/m);
  });

  it('is compiled by the compiler where it is built again to be compared', async () => {
    const { code } = await project.run('rebuild', project.out);
    expect(code).toBe(0);
    expect(reportIn(`${project.out}.rebuilt`).ccache).toBeUndefined();
  });

  it('has its objects told and removed with the rest of the store', async () => {
    const shown = await project.run('store', 'show');
    expect(shown.stdout).toMatch(
      /a kernel's objects, of ccache +ccache\/[0-9a-f]{64}-[0-9a-f]{12}$/m,
    );
    expect((await project.run('store', 'gc', '--size', '0')).code).toBe(0);
    expect(readdirSync(join(project.cache, 'ccache'))).toEqual([]);
  });
});
