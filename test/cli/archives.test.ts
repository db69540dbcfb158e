// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tarOf, type Header } from '../unit/host/tar-bytes.js';
import { ARCHIVE, FakeProject } from './project.js';

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make();
});
afterAll(() => project.remove());

const GOOD: Header = { name: 'linux/Makefile', content: 'all:\n' };

it.each<[string, Header, RegExp]>([
  ['a name with ../', { name: 'linux/../../evil', content: 'x' }, /its name leads out of the tree/],
  ['an absolute name', { name: '/tmp/l7build-evil', content: 'x' }, /its name is absolute/],
  [
    'a link out of the tree',
    { name: 'linux/evil', type: '2', linkname: '../../../etc' },
    /it links to \.\.\/\.\.\/\.\.\/etc, out of the tree/,
  ],
  [
    'a hard link out of the tree',
    { name: 'linux/evil', type: '1', linkname: '/etc/passwd' },
    /"\/etc\/passwd": its name is absolute/,
  ],
])('refuses an archive with %s, and keeps nothing of it', async (_, hostile, complaint) => {
  project.offer('linux', tarOf(GOOD, hostile));
  const { code, stderr } = await project.build();
  expect(code).toBe(1);
  expect(stderr).toContain(`l7build: unpack linux 9.9: ${ARCHIVE.linux}: member `);
  expect(stderr).toMatch(complaint);
  expect(stderr).toContain('nothing of it was kept');
  expect(existsSync('/tmp/l7build-evil')).toBe(false);
  expect(readdirSync(project.cache)).not.toContain('evil');
  expect(project.leftovers()).toEqual([]);
  expect(project.stored()).not.toContain('unpack:linux');
});

it('refuses one that ends in its middle, although its checksum is right', async () => {
  const whole = project.packed('linux');
  project.offer('linux', whole.subarray(0, Math.floor(whole.length / 2)));
  const { code, stderr } = await project.build();
  expect(code).toBe(1);
  expect(stderr).toMatch(/linux-9\.9\.tar\.gz: .*damaged/);
  expect(project.leftovers()).toEqual([]);
  expect(project.stored()).not.toContain('unpack:linux');
});

it('goes on with a good one', async () => {
  project.offer('linux', project.packed('linux'));
  expect(await project.build()).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(join(project.out, 'bzImage'))).toBe(true);
});
