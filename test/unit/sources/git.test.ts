// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchGit } from '../../../src/sources/git.js';
import { failureOf, fetchContext, temporaryDirectory } from './fixture.js';

interface Repository {
  readonly dir: string;
  readonly first: string;
  readonly second: string;
}

/** Two commits, with a filter and a submodule. */
function repository(): Repository {
  const dir = temporaryDirectory();
  const git = (...args: string[]): string => {
    const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org'];
    return execFileSync('git', ['-C', dir, ...who, ...args], { encoding: 'utf8' }).trim();
  };
  git('init', '-q', '-b', 'main');
  writeFileSync(join(dir, '.gitattributes'), '* filter=evil\n');
  writeFileSync(join(dir, '.gitmodules'), '[submodule "s"]\npath = s\nurl = ../none\n');
  writeFileSync(join(dir, 'file'), 'first\n');
  git('add', '.');
  git('commit', '-qm', 'first');
  const first = git('rev-parse', 'HEAD');
  writeFileSync(join(dir, 'file'), 'second\n');
  git('commit', '-qam', 'second');
  return { dir, first, second: git('rev-parse', 'HEAD') };
}

/**
 * A home whose git settings run something at every turn.
 *
 * @returns the file that is there once anything of it ran
 */
function hostileHome(): string {
  const home = temporaryDirectory();
  const mark = join(home, 'mark');
  const run = join(home, 'hooks', 'reference-transaction');
  mkdirSync(join(home, 'hooks'));
  writeFileSync(run, `#!/bin/sh\ntouch ${mark}\ncat\n`);
  chmodSync(run, 0o755);
  const settings = [
    `[core]\nhooksPath = ${home}/hooks`,
    `[filter "evil"]\nsmudge = touch ${mark}\nclean = touch ${mark}`,
    `[init]\ntemplateDir = ${home}`,
  ];
  writeFileSync(join(home, '.gitconfig'), settings.join('\n'));
  vi.stubEnv('HOME', home);
  return mark;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('git source', () => {
  it('brings exactly the commit, and runs nothing of the repository', async () => {
    const { dir, first } = repository();
    const mark = hostileHome();
    const ctx = fetchContext({ offline: true });
    const source = { kind: 'git', url: `file://${dir}`, commit: first } as const;
    const { files, version, pinned } = await fetchGit('demo', source, ctx);
    expect([version, pinned]).toEqual([first, true]);
    const tar = join(ctx.out, files[0]?.name ?? '');
    expect(execFileSync('tar', ['xOf', tar, `demo-${first}/file`], { encoding: 'utf8' })).toBe(
      'first\n',
    );
    expect(existsSync(mark)).toBe(false);
    const again = fetchContext();
    const [file] = (await fetchGit('demo', source, again)).files;
    expect(file).toEqual(files[0]);
    expect(readFileSync(join(again.out, file?.name ?? '')).equals(readFileSync(tar))).toBe(true);
  });

  it('names a commit that the repository lacks', async () => {
    const { dir } = repository();
    const source = { kind: 'git', url: dir, commit: 'a'.repeat(40) } as const;
    const failure = await failureOf(fetchGit('demo', source, fetchContext()));
    expect(failure.reason).toBe('source-missing');
    expect(failure.message).toContain(source.commit);
  });

  it('refuses what git would take for something else', async () => {
    const commit = 'a'.repeat(40);
    for (const bad of [
      { url: 'file:///none', commit: 'main' },
      { url: 'file:///none', commit: '--upload-pack=touch' },
      { url: '--upload-pack=touch /tmp/x', commit },
      { url: 'ext::sh -c touch% /tmp/x', commit },
    ]) {
      const failure = await failureOf(fetchGit('demo', { kind: 'git', ...bad }, fetchContext()));
      expect(failure.reason).toBe('usage');
    }
    const helper = { kind: 'git', url: 'fd://17', commit } as const;
    const failure = await failureOf(fetchGit('demo', helper, fetchContext()));
    expect(failure.reason).toBe('network-failed');
    expect(failure.details?.join(' ')).toMatch(/not allowed/);
  });

  it('tells of a host that cannot be reached, and needs none offline', async () => {
    const source = {
      kind: 'git',
      url: 'https://user:secret@no-such-host.invalid/linux.git',
      commit: 'b'.repeat(40),
    } as const;
    const failure = await failureOf(fetchGit('demo', source, fetchContext()));
    expect(failure.reason).toBe('network-failed');
    expect(failure.message).toContain('https://no-such-host.invalid/linux.git');
    expect(JSON.stringify(failure)).not.toContain('secret');
    const offline = await failureOf(fetchGit('demo', source, fetchContext({ offline: true })));
    expect(offline.reason).toBe('source-missing');
    expect(offline.hints?.[0]).toContain('--source demo=PATH');
  });
});
