// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeProject } from './project.js';

let project: FakeProject;
beforeEach(async () => {
  project = await FakeProject.make();
});
afterEach(() => project.remove());

/** A PATH with all programs of this host but some. */
function pathWithout(...names: readonly string[]): string {
  const folder = join(project.root, 'bin');
  mkdirSync(folder);
  for (const place of ['/usr/bin', '/bin', '/usr/local/bin']) {
    for (const name of existsSync(place) ? readdirSync(place) : []) {
      const link = join(folder, name);
      if (!names.includes(name) && !existsSync(link)) symlinkSync(join(place, name), link);
    }
  }
  return folder;
}

describe('a host without a program', () => {
  it('is told the package, before anything starts', async () => {
    const PATH = pathWithout('qemu-system-x86_64');
    const verified = ['--kernel', '9.9', '--out', project.out];
    const { code, stderr } = await project.start(verified, { PATH }).ended;
    expect(code).toBe(3);
    expect(stderr).toContain('qemu-system-x86_64 (package qemu-system-x86): runs the guest');
    expect(stderr).toContain('--install-deps');
    expect(stderr).toMatch(/apt-get install --no-install-recommends .*qemu-system-x86/);
    expect(project.origin.asked).toEqual([]);
    expect(existsSync(project.out)).toBe(false);
    // Without a guest it is not needed.
    expect((await project.start(project.job(), { PATH }).ended).code).toBe(0);
  });

  it('is told by doctor and explain as well', async () => {
    const PATH = pathWithout('qemu-system-x86_64', 'flex', 'ccache');
    const doctor = await project.start(['doctor', '--json'], { PATH }).ended;
    expect(doctor.code).toBe(3);
    type Lacks = readonly { readonly package: string }[];
    const { missing, optional } = JSON.parse(doctor.stdout) as { missing: Lacks; optional: Lacks };
    expect(missing.map(({ package: name }) => name).sort()).toEqual(['flex', 'qemu-system-x86']);
    expect(optional.map(({ package: name }) => name)).toEqual(['ccache']);
    const explain = await project.start(['explain', '--kernel', '9.9'], { PATH }).ended;
    expect(explain.code).toBe(3);
    expect(explain.stdout).toContain('qemu-system-x86_64 (package qemu-system-x86)');
  });
});

describe('a folder that cannot be one', () => {
  it('for the output is told before anything starts', async () => {
    const { code, stderr } = await project.build('--out', join(project.dir, 'guest/init'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/the output folder .*guest\/init cannot be made \(ENOTDIR\)/);
    expect(stderr).toContain('--out DIR');
    expect(project.origin.asked).toEqual([]);
  });
});
