// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/host/hash.js';
import { Origin } from './origin.js';
import { freePort, listening } from './ports.js';
import { FakeProject } from './project.js';

const RECIPE = 'recipes/linux/9.9.yaml';
const LIST = 'sha256sums.asc';
const SOURCE = /source:\n {2}http:\n {4}urls:\n {6}- .*\n {4}sha256: .*\n/;
const WHO = ['-c', 'user.name=T', '-c', 'user.email=t@example.org'];

let project: FakeProject;
let other: Origin | undefined;
beforeEach(async () => {
  project = await FakeProject.make();
});
afterEach(async () => {
  await other?.stop();
  other = undefined;
  await project.remove();
});

/** Puts a release of the fake kernel on the server. @param spoil the hook finds nothing to hold on to in it */
function release(version: string, spoil?: 'spoil'): Buffer {
  const kconfig = join(project.tree('linux'), 'net/netfilter/Kconfig');
  const text = readFileSync(kconfig, 'utf8');
  project.put(
    'net/netfilter/Kconfig',
    spoil === undefined ? `# later\n${text}` : 'menu\n',
    'linux',
  );
  const archive = project.packed('linux');
  project.put('net/netfilter/Kconfig', text, 'linux');
  project.origin.files.set(`linux-${version}.tar.gz`, archive);
  return archive;
}

/** Writes the server's list. */
function list(archives: Readonly<Record<string, Buffer>>, origin = project.origin): void {
  const lines = Object.entries(archives).map(
    ([version, archive]) => `${sha256(archive)}  linux-${version}.tar.gz`,
  );
  const head = ['-----BEGIN PGP SIGNED MESSAGE-----', 'Hash: SHA256', ''];
  const tail = ['-----BEGIN PGP SIGNATURE-----', '', 'iQ==', '-----END PGP SIGNATURE-----', ''];
  origin.files.set(LIST, Buffer.from([...head, ...lines, ...tail].join('\n')));
}

describe('l7build update', () => {
  it('tells what is newer, and downloads nothing but the list', async () => {
    list({ '9.9': Buffer.from('0'), '9.10.1': Buffer.from('1') });
    const none = await project.run('update');
    expect(none).toMatchObject({ code: 0, stderr: '' });
    expect(none.stdout).toBe(`9.9  9.9  is the newest  ${project.url}/${LIST}\n`);
    list({ '9.9.1': Buffer.from('1'), '9.9': Buffer.from('0'), '9.9.12': Buffer.from('2') });
    const some = await project.run('update', '--kernel', '9.9');
    expect(some.stdout).toBe(`9.9  9.9  newer: 9.9.12 and 1 before it  ${project.url}/${LIST}\n`);
    expect(project.origin.asked).toEqual([LIST, LIST]);
    const json = await project.run('update', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject([
      {
        kernel: '9.9',
        current: '9.9',
        newer: [
          { version: '9.9.1', source: { kind: 'http', sha256: sha256('1') } },
          { version: '9.9.12', source: { urls: [`${project.url}/linux-9.9.12.tar.gz`] } },
        ],
      },
    ]);
  });

  it('tries the series on the newest, and says how each patch goes on', async () => {
    list({ '9.9.1': release('9.9.1', 'spoil'), '9.9.2': release('9.9.2') });
    const { code, stdout, stderr } = await project.run('update', '--try');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('The series of 9.9 on 9.9.2:\n');
    expect(stdout).toMatch(/^offset \+1 {2}patches\/linux\/hook\.patch \(3 files\)$/m);
    expect(stdout).toMatch(/all go on\n$/);
    expect(project.origin.asked).not.toContain('linux-9.9.1.tar.gz');
    const again = await project.run('update', '--try');
    expect(again.code).toBe(0);
    expect(project.origin.asked.filter((name) => name.startsWith('linux-'))).toHaveLength(1);
  });

  it('tries all if it is told to, and ends in 1 where a patch is rejected', async () => {
    list({ '9.9.1': release('9.9.1', 'spoil'), '9.9.2': release('9.9.2') });
    const { code, stdout } = await project.run('update', '--try', 'all', '--json');
    expect(code).toBe(1);
    const [{ tried } = { tried: [] }] = JSON.parse(stdout) as {
      readonly tried: readonly { readonly version: string; readonly ledger: readonly object[] }[];
    }[];
    expect(tried.map(({ version, ledger }) => [version, ledger[0]])).toMatchObject([
      ['9.9.1', { patch: 'patches/linux/hook.patch', outcome: 'rejected' }],
      ['9.9.2', { patch: 'patches/linux/hook.patch', outcome: 'offset', offset: 1 }],
    ]);
    const text = await project.run('update', '--try', 'all');
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/1 rejected$/m);
  });

  it('a release that is not what the list says is not tried', async () => {
    release('9.9.1');
    list({ '9.9.1': Buffer.from('another') });
    const { code, stdout, stderr } = await project.run('update', '--try');
    expect(code).toBe(3);
    expect(stdout).not.toContain('The series of');
    expect(stderr).toContain(
      'linux 9.9.1 could not be tried: linux-9.9.1.tar.gz has a wrong checksum',
    );
  });

  it('tells what could be asked although something else could not, and ends in 3', async () => {
    other = new Origin();
    const url = await other.start();
    list({ '9.8.1': Buffer.from('1') }, other);
    const recipe = project.read(RECIPE).replaceAll('9.9', '9.8').replace(project.url, url);
    project.put('recipes/linux/9.8.yaml', recipe);
    const address = await project.origin.stop();
    const { code, stdout, stderr } = await project.run('update');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^9\.8 {2}9\.8 {2}newer: 9\.8\.1 /m);
    expect(stdout).toMatch(/^9\.9 {2}- {4}could not be asked$/m);
    expect(stderr).toContain('linux 9.9 could not be asked: no list of releases could be read');
    expect(stderr).toContain(`the host ${address} refuses the connection`);
    const offline = await project.run('update', '--offline', '--json');
    expect(offline.code).toBe(3);
    expect(JSON.parse(offline.stdout)).toMatchObject([
      { kernel: '9.8', failure: { reason: 'source-missing' } },
      { kernel: '9.9', failure: { reason: 'source-missing' } },
    ]);
  });

  it('a page in place of the list is refused with the line that is wrong', async () => {
    project.origin.files.set(LIST, Buffer.from('<html>\nplease log in\n</html>\n'));
    const { code, stderr } = await project.run('update');
    expect(code).toBe(3);
    expect(stderr).toContain('is no list of checksums: line 1');
  });

  it('what has no list is told, and is no failure; what is no recipe or word is', async () => {
    project.put(
      RECIPE,
      project.read(RECIPE).replace(SOURCE, 'source:\n  by-hand:\n    - http://a.invalid/x\n'),
    );
    const { code, stdout } = await project.run('update');
    expect(code).toBe(0);
    expect(stdout).toContain('its publisher has no list of releases');
    expect((await project.run('update', '--kernel', '9.8')).code).toBe(2);
    expect((await project.run('update', '--try', 'some')).code).toBe(2);
  });

  it('asks a git repository for its tags, and tries the series on a commit', async () => {
    const repository = join(project.root, 'served', 'linux');
    cpSync(project.tree('linux'), repository, { recursive: true });
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', repository, ...WHO, ...args], { encoding: 'utf8' }).trim();
    git('init', '-q');
    for (const tag of ['v9.9', 'v9.9.1-rc1', 'v9.9.1']) {
      writeFileSync(join(repository, 'net/netfilter/README'), tag);
      git('add', '.');
      git('commit', '-qm', tag);
      git('tag', '-am', tag, tag);
    }
    const port = await freePort();
    const words = [`--base-path=${join(project.root, 'served')}`, '--export-all', '--reuseaddr'];
    const where = ['--listen=127.0.0.1', `--port=${String(port)}`];
    const daemon = spawn('git', ['daemon', ...words, ...where], {
      stdio: 'ignore',
      detached: true,
    });
    try {
      await listening(port);
      const url = `git://127.0.0.1:${String(port)}/linux`;
      const commit = git('rev-parse', 'v9.9^{commit}');
      const source = `source:\n  git:\n    url: ${url}\n    commit: ${commit}\n`;
      project.put(RECIPE, project.read(RECIPE).replace(SOURCE, source));
      const { code, stdout, stderr } = await project.run('update', '--try');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(`9.9  9.9  newer: 9.9.1  ${url}\n`);
      expect(stdout).toMatch(/^The series of 9\.9 on 9\.9\.1:\nclean .*hook\.patch/m);
    } finally {
      // git starts the daemon as a child of its own.
      process.kill(-(daemon.pid ?? 0), 'SIGTERM');
    }
  });
});
