// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../src/host/tools.js';
import { processesAt } from './program.js';
import { ToolchainProject, lentUser } from './toolchain-project.js';
import { treeLines } from './tree-digest.js';

/** Making a root takes 10 s on two idle cores. */
const LONG = { timeout: 600_000 };
const canMake =
  findProgram('mmdebstrap') !== undefined && findProgram('apt-ftparchive') !== undefined;
const user = process.getuid?.() === 0 ? lentUser() : undefined;

let project: ToolchainProject;
/** Everything of the root that was made first. */
let first: string[];
/** Where the packages are that it was made of. */
let packages: string;

const rootIn = (stdout: string): string => /^Root of small: (.*)$/m.exec(stdout)?.[1] ?? '';

/** The folder of the store that has the packages. */
function storedPackages(): string {
  const entries = join(project.cache, 'entries');
  const found = readdirSync(entries)
    .map((key) => join(entries, key, 'files'))
    .find((files) => readdirSync(files).some((name) => name.startsWith('make_')));
  if (found === undefined) throw new Error('no packages were fetched');
  return found;
}

/** Waits until packages are installed below a folder. */
async function untilBusy(folder: string): Promise<void> {
  const busy = (): boolean => processesAt(folder).some((each) => /dpkg|apt-get/.test(each));
  for (let tries = 0; !busy() && tries < 1200; tries += 1) await sleep(50);
  expect(busy()).toBe(true);
}

/** Waits until nothing works in a folder any more; gives what still does after some seconds. */
async function survivorsAt(folder: string): Promise<string[]> {
  for (let tries = 0; processesAt(folder).length > 0 && tries < 100; tries += 1) await sleep(100);
  return processesAt(folder);
}

beforeAll(async () => {
  project = new ToolchainProject();
  expect(await project.run('build', 'small')).toMatchObject({ code: 2 });
  const { code, stdout } = await project.run('update', 'small');
  expect({ code, stdout }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^\+ make 4\.3/m);
}, 300_000);
afterAll(() => {
  project.remove();
});

describe('a lock', LONG, () => {
  it('written anew is the same while the suite is', async () => {
    const before = readFileSync(project.lock, 'utf8');
    const { code, stdout } = await project.run('update', 'small', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'small',
      added: [],
      removed: [],
      changed: [],
    });
    expect(readFileSync(project.lock, 'utf8')).toBe(before);
  });

  it('that the suite has left behind is drift, with what to do', async () => {
    const before = readFileSync(project.lock, 'utf8');
    try {
      const line = /^main \d+ [0-9a-f]{64} make .*$/m.exec(before)?.[0] ?? '';
      const old = line.replace(/[0-9a-f]{64} make \S+/, `${'0'.repeat(64)} make 4.2-1`);
      writeFileSync(project.lock, before.replace(line, old));
      const { code, stdout } = await project.run('check', 'small');
      expect(code).toBe(1);
      expect(stdout).toMatch(/^ {2}~ make 4\.2-1 -> 4\.3/m);
      expect(stdout).toContain('-> l7build containers update small');
    } finally {
      writeFileSync(project.lock, before);
    }
    expect(await project.run('check', 'small')).toMatchObject({ code: 0 });
  });

  it('lists as it is pinned', async () => {
    const { stdout } = await project.run('list');
    expect(stdout).toMatch(/^small +bookworm +gcc-12 +\d+ +20\d\d-\d\d-\d\d +-$/m);
  });

  it('of a userland is looked after as one of a toolchain', async () => {
    project.addUserland('tiny', ['usr-is-merged']);
    expect(await project.run('check', 'tiny')).toMatchObject({ code: 2 });
    expect(await project.run('update', 'tiny')).toMatchObject({ code: 0 });
    const { code, stdout } = await project.run('check', 'tiny');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(
      /^tiny: \d+ packages pinned on .*, the same that Debian bookworm has now$/m,
    );
    expect((await project.run('list')).stdout).toMatch(/^tiny +bookworm +userland +\d+ +\S+ +-$/m);
  });

  it('is asked for by a name that exists', async () => {
    const { code, stderr } = await project.run('build', 'smal');
    expect({ code, hint: stderr.includes('did you mean small?') }).toEqual({ code: 2, hint: true });
  });
});

describe.skipIf(!canMake)('a root', LONG, () => {
  it('has the packages of the lock and no others', async () => {
    const { code, stdout, stderr } = await project.run('build', 'small');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('GNU Make 4.3');
    first = treeLines(rootIn(stdout));
    expect(first.length).toBeGreaterThan(3000);
    packages = storedPackages();
    const check = JSON.parse((await project.run('check', 'small', '--json')).stdout) as unknown;
    expect(check).toMatchObject([{ name: 'small', root: [], drifted: false }]);
    expect((await project.run('list')).stdout).toMatch(/^small .* root$/m);
  });

  it('that was changed is drift', async () => {
    const [{ root }] = JSON.parse((await project.run('list', '--json')).stdout) as [
      { root: string },
    ];
    const status = join(root, 'var/lib/dpkg/status');
    const text = readFileSync(status, 'utf8');
    writeFileSync(status, text.replace(/^Package: make$/m, 'Package: mako'));
    const { code, stdout } = await project.run('check', 'small');
    expect(code).toBe(1);
    expect(stdout).toMatch(/! make 4\.3\S* is not in the root/);
    expect(stdout).toContain('containers remove small');
  });

  it('is removed at once, and its packages stay', async () => {
    expect((await project.run('remove', 'small')).stdout).toContain('removed the root');
    expect((await project.run('remove', 'small')).stdout).toBe('nothing of small is here\n');
    expect(readdirSync(packages).length).toBeGreaterThan(50);
  });

  it('killed in the middle leaves nothing mounted and no process; made again, it is the same', async () => {
    const running = project.start('build', 'small', '--offline');
    const work = join(project.cache, 'toolchain');
    await untilBusy(work);
    running.signal('SIGKILL');
    await running.ended;
    expect(await survivorsAt(project.root)).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(project.root);
    const { code, stdout } = await project.run('build', 'small', '--offline');
    expect(code).toBe(0);
    expect(treeLines(rootIn(stdout))).toEqual(first);
    expect(existsSync(join(work, 'root'))).toBe(false);
  });

  it('that cannot be made says why', async () => {
    const own = project.cache;
    project.cache = join(project.root, 'another');
    const folder = join(project.root, 'folder');
    mkdirSync(folder, { recursive: true });
    const before = readFileSync(project.lock, 'utf8');
    try {
      const { code, stderr } = await project.run('build', 'small', '--offline', '--mirror', folder);
      expect(code).toBe(3);
      expect(stderr).toContain('the network is off (--offline)');
      const without = before.replace(/^main .* libgcc-s1 .*\n/m, '');
      expect(without).not.toBe(before);
      writeFileSync(project.lock, without);
      project.cache = own;
      const short = await project.run('build', 'small', '--offline', '--mirror', packages);
      expect(short.code).toBe(1);
      expect(short.stderr).toContain('the root could not be made of its packages');
      expect(short.stderr).toMatch(/\| .*libgcc-s1/);
    } finally {
      project.cache = own;
      writeFileSync(project.lock, before);
    }
  });
});

describe.skipIf(!canMake || user === undefined)('a root of a user other than root', LONG, () => {
  const name = user ?? '';
  const run = (...words: readonly string[]) => project.startAs(name, ...words);

  it('killed in the middle leaves no process; made again, it is the same and the user’s own', async () => {
    const words = ['build', 'small', '--offline', '--mirror', packages];
    const uid = spawnSync('id', ['-u', name], { encoding: 'utf8' }).stdout.trim();
    const work = `/var/tmp/l7build-${uid}`;
    const { child, ended } = run(...words);
    await untilBusy(work);
    child.kill('SIGKILL');
    await ended;
    expect(await survivorsAt(work)).toEqual([]);
    const { code, stdout, stderr } = await run(...words).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(treeLines(rootIn(stdout))).toEqual(first);
    expect(statSync(rootIn(stdout)).uid).toBe(Number(uid));
    expect(readdirSync(work)).toEqual(['lock']);
    expect((await run('remove', 'small').ended).stdout).toContain('removed the root');
  });
});
