// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { archiveCommit } from '../../../src/host/git.js';
import { archiveLocal, commitOf, namesIn, openRepository } from '../../../src/host/repository.js';
import { failureOf, temporaryDirectory } from '../sources/fixture.js';

const { signal } = new AbortController();

let dir: string;
/** The file that is there once something of the repository ran. */
let mark: string;
let evil: string;
let commit: string;

function git(...args: string[]): string {
  const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org'];
  return execFileSync('git', ['-C', dir, ...who, ...args], { encoding: 'utf8' }).trim();
}

beforeEach(() => {
  dir = join(temporaryDirectory(), 'repository');
  mark = join(temporaryDirectory(), 'mark');
  evil = join(temporaryDirectory(), 'evil');
  writeFileSync(evil, `#!/bin/sh\ntouch ${mark}\ncat\n`);
  chmodSync(evil, 0o755);
  mkdirSync(dir);
  git('init', '-q', '-b', 'main');
  writeFileSync(join(dir, 'file'), 'first\n');
  writeFileSync(join(dir, '.gitattributes'), '* filter=evil diff=evil ident text eol=crlf\n');
  const submodule = `[submodule "s"]\npath = s\nurl = ext::${evil}\nupdate = !${evil}\n`;
  writeFileSync(join(dir, '.gitmodules'), submodule);
  git('add', '.');
  git('update-index', '--add', '--cacheinfo', `160000,${'a'.repeat(40)},s`);
  git('commit', '-qm', 'first');
  git('tag', 'v1');
  commit = git('rev-parse', 'HEAD');
});

/** Everything that is done with a repository of the user's. */
async function asLocal(): Promise<void> {
  const repository = await openRepository(dir, signal);
  if (repository === undefined) return;
  await namesIn(repository, signal);
  await commitOf(repository, 'v1', signal);
  await commitOf(repository, 'HEAD', signal);
  const scratch = join(temporaryDirectory(), 'own');
  const to = join(temporaryDirectory(), 'made.tar');
  await archiveLocal({ repository, commit, to, prefix: 'top', scratch, signal });
  expect(execFileSync('tar', ['xOf', to, 'top/file'], { encoding: 'utf8' })).toMatch(
    /^first\r?\n$/,
  );
}

/** Everything that is done with a repository on a server; here the server is this machine. */
async function asServed(): Promise<void> {
  const scratch = join(temporaryDirectory(), 'own');
  const to = join(temporaryDirectory(), 'made.tar');
  await archiveCommit({ url: `file://${dir}`, commit, to, prefix: 'top', scratch, signal });
  expect(execFileSync('tar', ['xOf', to, 'top/file'], { encoding: 'utf8' })).toMatch(
    /^first\r?\n$/,
  );
}

/** Settings of git-config(1) that name programs, or lead to what does; EVIL is a program. */
const SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['alias.archive', '!EVIL'],
  ['alias.for-each-ref', '!EVIL'],
  ['alias.rev-parse', '!EVIL'],
  ['alias.upload-pack', '!EVIL'],
  ['core.alternateRefsCommand', 'EVIL'],
  ['core.askPass', 'EVIL'],
  ['core.attributesFile', 'EVIL'],
  ['core.editor', 'EVIL'],
  ['core.fsmonitor', 'EVIL'],
  ['core.gitProxy', 'EVIL'],
  ['core.hooksPath', 'EVIL-HOOKS'],
  ['core.pager', 'EVIL'],
  ['core.sshCommand', 'EVIL'],
  ['credential.helper', '!EVIL'],
  ['diff.evil.command', 'EVIL'],
  ['diff.evil.textconv', 'EVIL'],
  ['diff.external', 'EVIL'],
  ['filter.evil.clean', 'EVIL'],
  ['filter.evil.process', 'EVIL'],
  ['filter.evil.smudge', 'EVIL'],
  ['gpg.program', 'EVIL'],
  ['include.path', 'EVIL-CONFIG'],
  ['includeIf.gitdir:/.path', 'EVIL-CONFIG'],
  ['init.templateDir', 'EVIL-HOOKS'],
  ['pager.for-each-ref', 'EVIL'],
  ['remote.origin.uploadpack', 'EVIL'],
  ['remote.origin.vcs', 'ext'],
  ['tar.tar.command', 'EVIL'],
  ['tar.umask', 'user'],
  ['trace2.eventTarget', 'MARK'],
  ['uploadpack.packObjectsHook', 'EVIL'],
  ['url.ext::EVIL.insteadOf', 'file://'],
];

describe('a repository whose settings name a program: it does not run', () => {
  const cases = SETTINGS.flatMap(([name, value]) =>
    (['of the user', 'on a server'] as const).map((where) => [name, value, where] as const),
  );
  it.each(cases)('%s = %s, %s', async (name, value, where) => {
    const hooks = join(temporaryDirectory(), 'hooks');
    mkdirSync(hooks);
    for (const hook of ['reference-transaction', 'post-checkout', 'post-index-change']) {
      writeFileSync(join(hooks, hook), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    }
    const settings = join(temporaryDirectory(), 'config');
    writeFileSync(settings, `[core]\nfsmonitor = ${evil}\nsshCommand = ${evil}\n`);
    const words = (text: string): string =>
      text
        .replace('EVIL-HOOKS', hooks)
        .replace('EVIL-CONFIG', settings)
        .replace('EVIL', evil)
        .replace('MARK', mark);
    git('config', words(name), words(value));
    await (where === 'of the user' ? asLocal() : asServed());
    expect(existsSync(mark)).toBe(false);
  });
});

describe('a repository with hooks: none runs', () => {
  const HOOKS = [
    ...[
      'applypatch-msg',
      'fsmonitor-watchman',
      'post-checkout',
      'post-commit',
      'post-index-change',
    ],
    ...['post-merge', 'post-receive', 'post-rewrite', 'post-update', 'pre-auto-gc', 'pre-commit'],
    ...['pre-push', 'pre-receive', 'proc-receive', 'push-to-checkout', 'reference-transaction'],
    ...['sendemail-validate', 'update'],
  ];
  it.each([
    ['of the user', asLocal],
    ['on a server', asServed],
  ])('%s', async (_, use) => {
    for (const hook of HOOKS) {
      writeFileSync(join(dir, '.git/hooks', hook), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    }
    await use();
    expect(existsSync(mark)).toBe(false);
  });
});

describe('a repository on a server that lacks what it names', () => {
  it('does not fetch it by a program of its own', async () => {
    const whole = dir;
    git('config', 'uploadpack.allowFilter', 'true');
    dir = join(temporaryDirectory(), 'partial');
    execFileSync('git', ['clone', '-q', '--bare', '--filter=tree:0', `file://${whole}`, dir]);
    git('config', 'remote.origin.uploadpack', evil);
    await expect(asServed()).rejects.toThrow();
    git('config', 'remote.origin.url', `ext::${evil}`);
    git('config', 'protocol.ext.allow', 'always');
    await expect(asServed()).rejects.toThrow();
    expect(existsSync(mark)).toBe(false);
  });
});

describe('an address of a repository that is none', () => {
  it.each([
    ['ext::EVIL'],
    ['fd::17'],
    ['--upload-pack=EVIL'],
    ['-oProxyCommand=EVIL'],
    ['ssh://-oProxyCommand=EVIL/x'],
    ['ssh://user@-oProxyCommand=EVIL/x'],
    ['git://-x/y'],
    ['ext://EVIL'],
    ['foo://EVIL'],
    ['http::ext::EVIL'],
    ['EVIL'],
    ['.'],
    [''],
    ['file://\nEVIL'],
  ])('%s', async (address) => {
    const url = address.replace('EVIL', evil);
    const scratch = join(temporaryDirectory(), 'own');
    const to = join(temporaryDirectory(), 'made.tar');
    const failure = await failureOf(
      archiveCommit({ url, commit, to, prefix: 'top', scratch, signal }),
    );
    expect(['usage', 'network-failed']).toContain(failure.reason);
    expect(existsSync(mark)).toBe(false);
    expect(existsSync(to)).toBe(false);
  });
});
