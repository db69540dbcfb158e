// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { archiveLocal, commitOf, namesIn, openRepository } from '../../../src/host/repository.js';
import { failureOf, temporaryDirectory } from '../sources/fixture.js';

const signal = new AbortController().signal;

let dir: string;
/** The file that is there once something of the repository ran. */
let mark: string;

function git(...args: string[]): string {
  const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org'];
  return execFileSync('git', ['-C', dir, ...who, ...args], { encoding: 'utf8' }).trim();
}

beforeEach(() => {
  dir = join(temporaryDirectory(), 'repo');
  mark = join(temporaryDirectory(), 'mark');
  mkdirSync(join(dir, 'docs'), { recursive: true });
  git('init', '-q', '-b', 'main');
  writeFileSync(join(dir, 'file'), 'first\n');
  writeFileSync(join(dir, 'docs/a'), 'a\n');
  git('add', '.');
  git('commit', '-qm', 'first');
  git('tag', '-am', 'a release', 'v1.0');
});

/** What a commit's archive holds at a path. */
async function archived(path: string, revision: string, file: string): Promise<string> {
  const repository = await openRepository(path, signal);
  if (repository === undefined) throw new Error(`${path} is no repository`);
  const commit = (await commitOf(repository, revision, signal)) ?? '';
  const to = join(temporaryDirectory(), 'made.tar');
  const scratch = join(temporaryDirectory(), 'own');
  await archiveLocal({ repository, commit, to, prefix: 'top', scratch, signal });
  return execFileSync('tar', ['xOf', to, `top/${file}`], { encoding: 'utf8' });
}

describe('a repository on this machine', () => {
  it.each(['its work tree', 'bare', 'a linked work tree', 'a clone that borrows objects'])(
    'is found: %s',
    async (kind) => {
      writeFileSync(join(dir, 'file'), 'second, and never committed\n');
      const other = join(temporaryDirectory(), 'other');
      if (kind === 'bare') git('clone', '-q', '--bare', dir, other);
      if (kind === 'a linked work tree') git('worktree', 'add', '-q', other);
      if (kind === 'a clone that borrows objects') git('clone', '-q', '--shared', dir, other);
      const path = existsSync(other) ? other : dir;
      expect(await archived(path, 'v1.0', 'file')).toBe('first\n');
    },
  );

  it('names a commit by tag, branch or the start of its name, and knows its names', async () => {
    const repository = await openRepository(dir, signal);
    if (repository === undefined) throw new Error('no repository');
    const commit = git('rev-parse', 'HEAD');
    for (const name of ['v1.0', 'main', 'HEAD', commit, commit.slice(0, 10)]) {
      expect(await commitOf(repository, name, signal)).toBe(commit);
    }
    for (const name of ['v1.1', '', '--git-dir', 'HEAD:file', 'main..v1.0', '$(touch x)']) {
      expect(await commitOf(repository, name, signal)).toBeUndefined();
    }
    expect((await namesIn(repository, signal)).sort()).toEqual(['main', 'v1.0']);
  });

  it('is none where there is nothing, a file, or a folder of a repository', async () => {
    for (const path of [join(dir, 'none'), join(dir, 'file'), join(dir, 'docs'), mark]) {
      expect(await openRepository(path, signal)).toBeUndefined();
    }
  });

  it('says what it lacks', async () => {
    const repository = await openRepository(dir, signal);
    if (repository === undefined) throw new Error('no repository');
    const [to, scratch] = [join(dir, 'x.tar'), join(temporaryDirectory(), 'own')];
    const commit = 'a'.repeat(40);
    const failure = await failureOf(
      archiveLocal({ repository, commit, to, prefix: 'top', scratch, signal }),
    );
    expect(failure.reason).toBe('source-missing');
    expect(failure.message).toContain(commit);
    expect(failure.hints?.[0]).toContain('shallow or partial clone');
  });
});

describe('a hostile repository', () => {
  /** A program that leaves the mark. */
  function evil(): string {
    const path = join(temporaryDirectory(), 'evil');
    writeFileSync(path, `#!/bin/sh\ntouch ${mark}\ncat\n`);
    chmodSync(path, 0o755);
    return path;
  }

  it('runs nothing: filters, hooks, monitors, programs for signatures and archives', async () => {
    const program = evil();
    writeFileSync(join(dir, '.gitattributes'), '* filter=evil\nsigned export-subst\n');
    writeFileSync(join(dir, 'signed'), 'by $Format:%G?$\n');
    git('add', '.');
    git('commit', '-qm', 'second');
    const signed = execFileSync(
      'git',
      ['-C', dir, 'hash-object', '-t', 'commit', '-w', '--stdin'],
      {
        input: git('cat-file', 'commit', 'HEAD').replace(
          /\n\n/,
          '\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n eA==\n -----END PGP SIGNATURE-----\n\n',
        ),
        encoding: 'utf8',
      },
    ).trim();
    const settings: [string, string][] = [
      ['filter.evil.smudge', program],
      ['filter.evil.process', program],
      ['filter.evil.required', 'true'],
      ['core.fsmonitor', program],
      ['core.hooksPath', join(program, '..')],
      ['core.pager', program],
      ['core.sshCommand', program],
      ['gpg.program', program],
      ['tar.tar.command', program],
      ['alias.archive', `!${program}`],
      ['alias.rev-parse', `!${program}`],
      ['core.attributesFile', join(dir, '.gitattributes')],
    ];
    for (const [name, value] of settings) git('config', name, value);
    expect(await archived(dir, signed, 'file')).toBe('first\n');
    expect(await archived(dir, signed, 'signed')).toMatch(/^by \w\n$/);
    expect(existsSync(mark)).toBe(false);
    // The repository is as hostile as it says: asked itself, it runs something.
    expect(() =>
      execFileSync('git', ['-C', dir, 'archive', '--format=tar', signed], { stdio: 'ignore' }),
    ).toThrow();
    expect(existsSync(mark)).toBe(true);
  });

  it('fetches nothing, also where it says that a server has what it lacks', async () => {
    const program = evil();
    const lacking = join(temporaryDirectory(), 'lacking');
    git('config', 'uploadpack.allowFilter', 'true');
    git('clone', '-q', '--bare', '--filter=tree:0', `file://${dir}`, lacking);
    const set = (name: string, value: string): void => {
      execFileSync('git', ['-C', lacking, 'config', name, value]);
    };
    set('remote.origin.url', `ext::${program}`);
    set('remote.origin.uploadpack', program);
    set('protocol.ext.allow', 'always');
    await expect(archived(lacking, 'v1.0', 'file')).rejects.toThrow('does not give commit');
    const repository = await openRepository(lacking, signal);
    if (repository === undefined) throw new Error('no repository');
    expect(await commitOf(repository, 'b'.repeat(40), signal)).toBeUndefined();
    expect(existsSync(mark)).toBe(false);
  });
});
