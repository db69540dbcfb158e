// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/host/hash.js';
import type { Manifest } from '../../src/model/store.js';
import { ARCHIVE, FakeProject } from './project.js';
import type { Ended } from './program.js';
import { artifactsIn, endedIn, eventsOf, reportIn } from './report.js';

const GIT_WHO = ['-c', 'user.name=T', '-c', 'user.email=t@example.org'];

let project: FakeProject;
beforeEach(async () => {
  project = await FakeProject.make();
});
afterEach(() => project.remove());

/** The run failed before anything of the kernel was kept, and the next one is good. */
async function mended(): Promise<Ended> {
  expect(project.leftovers()).toEqual([]);
  expect(project.stored().filter((task) => task.endsWith(':linux'))).toEqual([]);
  const again = await project.build();
  expect(again).toMatchObject({ code: 0, stderr: '' });
  return again;
}

describe('a download', () => {
  it('that breaks off is tried again and then told, with exit code 3', async () => {
    project.origin.cutAfter = 100;
    const { code, stderr } = await project.build();
    expect(code).toBe(3);
    expect(stderr).toMatch(/linux-9\.9\.tar\.gz could not be downloaded from 127\.0\.0\.1:\d+/);
    expect(stderr).toMatch(/the download broke off after 100 of \d+ bytes/);
    expect(stderr).toContain('--mirror FOLDER');
    expect(reportIn(project.out)).toMatchObject({ exitCode: 3 });
    project.origin.cutAfter = undefined;
    await mended();
  });

  it('with another checksum is kept aside, and both digests are told', async () => {
    const good = project.packed('linux');
    const bad = Buffer.concat([good, Buffer.from('!')]);
    project.origin.files.set(ARCHIVE.linux, bad);
    const { code, stderr } = await project.build();
    expect(code).toBe(3);
    expect(stderr).toContain(`${ARCHIVE.linux} has a wrong checksum and is not used`);
    expect(stderr).toContain(`expected ${sha256(good)}`);
    expect(stderr).toContain(`found    ${sha256(bad)}`);
    expect(stderr).toContain('likely causes');
    const [kept = ''] = readdirSync(join(project.cache, 'quarantine'));
    expect(stderr).toContain(join(project.cache, 'quarantine', kept));
    expect(readFileSync(join(project.cache, 'quarantine', kept))).toEqual(bad);
    project.origin.files.set(ARCHIVE.linux, good);
    await mended();
  });

  it('without a network fails in seconds, and all that could not be brought is told at once', async () => {
    const address = await project.origin.stop();
    const { code, stdout, stderr, ms } = await project.build('--json');
    expect(code).toBe(3);
    const digests = (['linux', 'iptables'] as const).map((name) => sha256(project.packed(name)));
    const lines = stderr.split('\n');
    expect(lines).toEqual([
      'l7build: 2 sources could not be brought',
      ...(['linux', 'iptables'] as const).flatMap((name, index) => [
        `  | ${ARCHIVE[name]} could not be downloaded from ${address}`,
        `  |   http://${address}/${ARCHIVE[name]}: the host ${address} refuses the connection`,
        `  |   SHA-256 of ${ARCHIVE[name]}: ${digests[index] ?? ''}`,
      ]),
      '  -> check the network and its proxy, and run the same again',
      expect.stringContaining('--mirror FOLDER'),
      expect.stringContaining('--source linux=PATH'),
      expect.stringContaining('--source iptables=PATH'),
      expect.stringContaining('l7build bundle create'),
      '',
    ]);
    expect(endedIn(eventsOf(stdout), 'failed')).toEqual(['fetch:iptables', 'fetch:linux']);
    expect(reportIn(project.out)).toMatchObject({
      exitCode: 3,
      failure: { reason: 'network-failed' },
    });
    expect(ms).toBeLessThan(15_000);
    expect(project.leftovers()).toEqual([]);
    expect(project.stored().filter((task) => /fetch|unpack/.test(task))).toEqual([]);
  });

  it('that is no longer on the server names the file and the ways out', async () => {
    project.origin.files.delete(ARCHIVE.linux);
    const { code, stderr } = await project.build();
    expect(code).toBe(3);
    expect(stderr).toContain(`${ARCHIVE.linux} is at none of its addresses any more`);
    expect(stderr).toContain('--source linux=PATH');
  });
});

describe('files of an archive whose own checksum is not known', () => {
  const pinned = (content: string): void => {
    const recipe = 'recipes/linux/9.9.yaml';
    const members = `members:\n      init/main.c: ${sha256(content)}`;
    project.put(recipe, project.read(recipe).replace(/sha256: .*/, members));
  };
  const source = (): string => readFileSync(join(project.tree('linux'), 'init/main.c'), 'utf8');

  it('alone reach the tree', async () => {
    pinned(source());
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('patches/linux/hook.patch does not fit the tree');
    expect(filesOf('fetch:linux')).toEqual([['init/main.c']]);
    expect(filesOf('unpack:linux')).toEqual([['init/main.c']]);
    const input = reportIn(project.out).inputs.find((each) => each.source === 'linux');
    expect(input).toMatchObject({ name: 'init/main.c', sha256: sha256(source()), pinned: true });
  });

  it('with another checksum end the run with exit code 3; a source of the user’s has no pins', async () => {
    pinned('another');
    const { code, stderr } = await project.build();
    expect(code).toBe(3);
    expect(stderr).toContain(`${ARCHIVE.linux} does not hold the files that the recipe pins`);
    expect(stderr).toContain(`expected ${sha256('another')} init/main.c`);
    expect(stderr).toContain(`found    ${sha256(source())} init/main.c at http://127.0.0.1`);
    expect(readdirSync(join(project.cache, 'quarantine'))).toHaveLength(1);
    expect((await project.build('--source', `linux=${project.tree('linux')}`)).code).toBe(0);
  });
});

/** The files of a task's stored outputs. */
function filesOf(task: string): string[][] {
  const entries = join(project.cache, 'entries');
  return readdirSync(entries)
    .filter((key) => {
      const text = readFileSync(join(entries, key, 'manifest.json'), 'utf8');
      return (JSON.parse(text) as Manifest).task === task;
    })
    .map((key) =>
      readdirSync(join(entries, key, 'files'), { recursive: true, withFileTypes: true })
        .filter((item) => item.isFile())
        .map((item) => relative(join(entries, key, 'files'), join(item.parentPath, item.name))),
    );
}

describe('--offline', () => {
  it('without a mirror names every file, address and digest', async () => {
    const { code, stderr } = await project.build('--offline');
    expect(code).toBe(3);
    expect(stderr).toContain('l7build: 2 sources could not be brought');
    for (const name of ['linux', 'iptables'] as const) {
      const file = ARCHIVE[name].replaceAll('.', '\\.');
      expect(stderr).toMatch(
        new RegExp(`${file} is not here, and the network is off \\(--offline\\)`),
      );
      expect(stderr).toMatch(new RegExp(`address: http://127\\.0\\.0\\.1:\\d+/${file}`));
      expect(stderr).toContain(`SHA-256 of ${ARCHIVE[name]}: ${sha256(project.packed(name))}`);
    }
    expect(project.origin.asked).toEqual([]);
    await mended();
  });

  it('takes everything from a mirror folder, if the checksums are right', async () => {
    const mirror = join(project.root, 'mirror');
    mkdirSync(mirror);
    for (const [name, content] of project.origin.files) writeFileSync(join(mirror, name), content);
    const args = ['--offline', '--mirror', mirror];
    expect(await project.build(...args)).toMatchObject({ code: 0, stderr: '' });
    expect(project.origin.asked).toEqual([]);
    expect(
      reportIn(project.out)
        .inputs.map(({ from }) => from)
        .sort(),
    ).toEqual([ARCHIVE.iptables, ARCHIVE.linux].map((name) => join(mirror, name)));
    writeFileSync(join(mirror, ARCHIVE.linux), 'not what it says');
    project.cache = join(project.root, 'another');
    const wrong = await project.build(...args);
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toContain(`${ARCHIVE.linux} has a wrong checksum`);
  });
});

it('--mirror with a folder that is not there is told at once', async () => {
  const mirror = join(project.root, 'mirror');
  for (const words of [project.job(), ['containers', 'build', 'small-gcc-12']]) {
    const { code, stderr } = await project.run(...words, '--mirror', mirror);
    expect(code).toBe(2);
    expect(stderr).toContain(`--mirror ${mirror}: there is no such folder`);
  }
  expect(project.origin.asked).toEqual([]);
});

describe('--source', () => {
  it('takes a tree or an archive of the user’s, unpinned, with the same outcome', async () => {
    expect((await project.build()).code).toBe(0);
    const pinned = artifactsIn(project.out);
    const archive = join(project.root, 'mine.tar.gz');
    writeFileSync(archive, project.packed('linux'));
    for (const path of [project.tree('linux'), archive]) {
      const { code, stdout } = await project.build('--source', `linux=${path}`);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^warn .*linux comes from this machine: nobody vouches for it/m);
      const report = reportIn(project.out);
      expect(report.inputs.map(({ source, pinned: is }) => [source, is]).sort()).toEqual([
        ['iptables', true],
        ['linux', false],
      ]);
      expect(readFileSync(join(project.out, 'report.md'), 'utf8')).toContain('**no**');
      expect(report.reproduce).toContain(`--source linux=${path}`);
      expect(artifactsIn(project.out)['config']).toBe(pinned['config']);
    }
  });

  it('takes a revision of a git repository, whatever lies in its work tree', async () => {
    const repository = project.tree('linux');
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', repository, ...GIT_WHO, ...args], { encoding: 'utf8' }).trim();
    git('init', '-q', '-b', 'main');
    git('add', '-f', '.');
    git('commit', '-qm', 'first');
    git('tag', 'v9.9');
    const commit = git('rev-parse', 'HEAD');
    project.put('Makefile', 'all:\n\tfalse\n', 'linux');
    const { code, stdout } = await project.build('--source', `linux=${repository}@v9.9`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warn .*linux comes from this machine: nobody vouches for it/m);
    const { inputs, reproduce } = reportIn(project.out);
    expect(inputs.find(({ source }) => source === 'linux')).toMatchObject({
      from: `${repository}@${commit}`,
      version: commit,
      pinned: false,
    });
    expect(reproduce).toContain(`--source linux=${repository}@${commit}`);
    const again = await project.build('--json', '--source', `linux=${repository}@main`);
    expect(again.code).toBe(0);
    expect(endedIn(eventsOf(again.stdout), 'done')).toEqual([]);

    const tagless = await project.build('--source', `linux=${repository}@v9.8`);
    expect(tagless.code).toBe(2);
    expect(tagless.stderr).toContain(`the repository ${repository} has no revision "v9.8"`);
    expect(tagless.stderr).toContain('did you mean v9.9?');
    const bare = await project.build('--source', `linux=${repository}/.git`);
    expect(bare.code).toBe(2);
    expect(bare.stderr).toContain(`--source linux=${repository}/.git@REVISION`);
  });

  it('with a revision of what is no repository is told; a path with an @ is a path', async () => {
    const none = await project.build('--source', `linux=${project.dir}@v1`);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain(`${project.dir} is no git repository`);
    const nowhere = await project.build('--source', 'linux=/nowhere/at/all@v1');
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain('--source linux=REPOSITORY@REVISION');
    const odd = join(project.root, 'linux@v1');
    cpSync(project.tree('linux'), odd, { recursive: true });
    expect((await project.build('--source', `linux=${odd}`)).code).toBe(0);
  });

  it('for a source that the run has not is told before anything starts', async () => {
    const { code, stderr } = await project.build('--source', 'nothere=/tmp');
    expect(code).toBe(2);
    expect(stderr).toContain('--source nothere: this run has no source of that name');
    expect(stderr).toContain('linux, iptables');
    expect(project.origin.asked).toEqual([]);
  });

  it('that is no kernel, or another one, is told before it is patched', async () => {
    const none = await project.build('--source', `linux=${project.tree('iptables')}`);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('the tree given for linux is no kernel');
    const makefile = readFileSync(join(project.tree('linux'), 'Makefile'), 'utf8');
    project.put('Makefile', makefile.replace('VERSION = 9', 'VERSION = 8'), 'linux');
    const other = await project.build('--source', `linux=${project.tree('linux')}`);
    project.put('Makefile', makefile, 'linux');
    expect(other.code).toBe(77);
    expect(other.stderr).toContain(
      'the tree given for linux is of 8.9, and the recipe is for Linux 9.9',
    );
  });

  it('that leads nowhere is told with the path', async () => {
    const { code, stderr } = await project.build('--source', 'linux=/nowhere/at/all');
    expect(code).toBe(2);
    expect(stderr).toContain('the local source /nowhere/at/all cannot be read (ENOENT)');
    await mended();
  });
});
