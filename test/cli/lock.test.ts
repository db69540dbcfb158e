// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Lock } from '../../src/bundle/lock.js';
import type { Ended } from './program.js';
import { FakeProject } from './project.js';

let project: FakeProject;
let file: string;
beforeAll(async () => {
  project = await FakeProject.make();
  file = join(project.root, 'l7build.lock');
});
beforeEach(async () => {
  expect((await project.run('lock', '--kernel', '9.9')).code).toBe(0);
});
afterAll(() => project.remove());

const read = (): Lock => JSON.parse(readFileSync(file, 'utf8')) as Lock;
const locked = (): Promise<Ended> => project.build('--locked');

/** Changes the lock. */
function alter(change: (lock: Lock) => unknown): void {
  writeFileSync(file, JSON.stringify(change(read())));
}

it('has every source with its digest, and the tools that compile', async () => {
  const { code, stdout } = await project.run('lock', '--kernel', '9.9');
  expect(code).toBe(0);
  expect(stdout).toContain('Locked: 2 sources and ');
  const { kernel, sources, tools } = read();
  expect(kernel).toBe('9.9');
  expect(sources.map(({ name, files }) => [name, files[0]?.path])).toEqual([
    ['linux', 'linux-9.9.tar.gz'],
    ['iptables', 'iptables-1.0.tar.gz'],
  ]);
  expect(tools['gcc']).toMatch(/gcc/);
});

it('a build with what is locked runs, and its report says how to repeat it', async () => {
  const { code, stderr } = await locked();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(readFileSync(join(project.out, 'report.json'), 'utf8')).toContain(`--locked ${file}`);
});

it.each<[string, (lock: Lock) => unknown, RegExp]>([
  [
    'a source that is not in it',
    ({ sources, ...rest }) => ({ ...rest, sources: sources.slice(0, 1) }),
    /iptables is not in it/,
  ],
  [
    'another tool',
    (lock) => ({ ...lock, tools: { ...lock.tools, gcc: 'gcc 1.0' } }),
    /gcc is .*; it has gcc 1\.0/,
  ],
  [
    'another kernel',
    (lock) => ({ ...lock, kernel: '9.8' }),
    /it is of 9\.8 in full mode, not of 9\.9/,
  ],
  ['another format', (lock) => ({ ...lock, format: 2 }), /format/],
  ['more than it may have', (lock) => ({ ...lock, more: 1 }), /more/],
  [
    'a key that is not its own',
    ({ sources: [first, ...rest], ...lock }) => ({
      ...lock,
      sources: [{ ...first, key: 'f'.repeat(64) }, ...rest],
    }),
    /its key is not the one of what it says it is/,
  ],
])('refuses %s', async (_, change, complaint) => {
  alter(change);
  const { code, stderr } = await locked();
  expect(code).toBe(2);
  expect(stderr).toContain(`${file} does not fit this build`);
  expect(stderr).toMatch(complaint);
});

it('refuses a recipe that has changed since, and a file that is no JSON or not there', async () => {
  const undo = project.change('recipes/iptables/1.0.yaml', 'sha256: ', 'sha256: 0000');
  const text = project.read('recipes/iptables/1.0.yaml').replace(/0000(\w+)\w{4}/, '0000$1');
  project.put('recipes/iptables/1.0.yaml', text);
  const changed = await locked();
  undo();
  expect(changed.code).toBe(2);
  expect(changed.stderr).toContain('iptables is another source than it has');
  writeFileSync(file, '{');
  expect((await locked()).stderr).toContain('it is no JSON');
  const none = await project.build('--locked', join(project.root, 'none.lock'));
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('there is no lock');
});

it('locks no source of the user’s own', async () => {
  const { code, stderr } = await project.run('lock', '--kernel', '9.9', '--source', 'linux=/usr');
  expect(code).toBe(2);
  expect(stderr).toContain('linux is a source of yours');
});
