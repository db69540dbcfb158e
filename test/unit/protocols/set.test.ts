// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exec } from '../../../src/host/exec.js';
import { Failed, type Failure } from '../../../src/model/failure.js';
import { installLayout } from '../../../src/protocols/install.js';
import { inspectSet, loadSet } from '../../../src/protocols/set.js';

let root: string;
let set: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'l7build-set-'));
  set = join(root, 'set');
  mkdirSync(set);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Writes a definition; returns its path. */
function define(path: string, pattern = '^abc', name = path.replace(/^.*\//, '')): string {
  const file = join(set, `${path}.pat`);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `# A test.\n${name}\n${pattern}\n`);
  return file;
}

async function complaints(): Promise<string[]> {
  const { diagnostics } = await inspectSet(set, 'set');
  return diagnostics.map(({ file, severity, message }) => `${file}: ${severity}: ${message}`);
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Failed) return error.failure;
  throw new Error(`expected a Failed, got ${String(error)}`);
}

describe('a set', () => {
  it('is a directory and one level of subdirectories', async () => {
    define('ssh');
    define('protocols/http');
    define('extra/deep/ftp');
    writeFileSync(join(set, 'README'), 'no definition');
    writeFileSync(join(set, 'protocols', 'http.pat~'), 'no definition');
    const { definitions, diagnostics, directory } = await inspectSet(set, 'set');
    expect(diagnostics).toEqual([]);
    expect(directory).toBe('set');
    expect(definitions.map(({ file }) => file)).toEqual(['set/protocols/http.pat', 'set/ssh.pat']);
  });

  it('has its own files first, then subdirectories in reverse alphabetical order', async () => {
    define('a/http', '^from a');
    define('b/http', '^from b');
    define('a/ssh', '^from a');
    define('ssh', '^own');
    const { definitions } = await inspectSet(set, 'set');
    expect(definitions.map(({ pattern }) => pattern)).toEqual(['^from b', '^own']);
    expect(await complaints()).toEqual([
      'set/a/http.pat: warning: http is defined in set/b/http.pat as well, which is found first',
      'set/a/ssh.pat: warning: ssh is defined in set/ssh.pat as well, which is found first',
    ]);
  });

  it('tells what is wrong in its files, and keeps the rest', async () => {
    define('http', '^a**');
    define('ssh', '^ssh-', 'telnet');
    define('ftp');
    expect(await complaints()).toEqual([
      'set/http.pat: error: * right after *',
      'set/ssh.pat: error: the name "telnet" is not that of the file',
    ]);
    const { definitions } = await inspectSet(set);
    expect(definitions.map(({ name }) => name)).toEqual(['ftp', 'http']);
  });

  it('calls files by their absolute paths if not told otherwise', async () => {
    const file = define('http');
    expect((await inspectSet(set)).definitions[0]?.file).toBe(file);
  });
});

describe('a hostile set', () => {
  it('has links only inside of it', async () => {
    writeFileSync(join(root, 'secret.pat'), 'secret\n^abc\n');
    mkdirSync(join(root, 'other'));
    writeFileSync(join(root, 'other', 'irc.pat'), 'irc\n^abc\n');
    define('here/http');
    symlinkSync('here/http.pat', join(set, 'http.pat'));
    symlinkSync('../secret.pat', join(set, 'secret.pat'));
    symlinkSync(join(root, 'other'), join(set, 'other'));
    symlinkSync('..', join(set, 'up'));
    symlinkSync('nowhere', join(set, 'gone.pat'));
    symlinkSync('nowhere', join(set, 'unrelated'));
    symlinkSync('loop.pat', join(set, 'loop.pat'));
    expect((await complaints()).filter((line) => line.includes('error'))).toEqual([
      'set/gone.pat: error: a link to nothing',
      'set/loop.pat: error: a link to nothing',
      'set/other: error: a link that leads out of the set',
      'set/secret.pat: error: a link that leads out of the set',
      'set/up: error: a link that leads out of the set',
    ]);
    const { definitions } = await inspectSet(set, 'set');
    expect(definitions.map(({ file }) => file)).toEqual(['set/http.pat']);
  });

  it('has names that cannot be protocols’, or that drive a terminal', async () => {
    for (const name of ['.pat', '..pat', '...pat', 'a\x1b[2Jb.pat', 'x\ny.pat', 'ab\u202e.pat']) {
      writeFileSync(join(set, name), 'http\n^abc\n');
    }
    mkdirSync(join(set, 'bad\x07folder'));
    const lines = await complaints();
    expect(lines).toHaveLength(7);
    expect(lines.join('\n')).toMatch(/^[ -~\n]*$/);
    expect(lines).toContain('set/a?[2Jb.pat: error: the name has characters that do not print');
    expect(lines).toContain('set/...pat: error: ".." is no protocol\'s name');
    expect((await inspectSet(set)).definitions).toEqual([]);
  });

  it('has files of a size that no definition has, pipes and directories', async () => {
    const comment = (size: number): string => `#${'x'.repeat(size - 'http\n^abc\n'.length - 2)}\n`;
    writeFileSync(join(set, 'http.pat'), `${comment(64 * 1024)}http\n^abc\n`);
    writeFileSync(join(set, 'large.pat'), `${comment(64 * 1024 + 1)}http\n^abc\n`);
    await exec(['mkfifo', join(set, 'pipe.pat')]);
    mkdirSync(join(set, 'folder.pat'));
    expect(await complaints()).toEqual([
      'set/folder.pat: error: not a regular file',
      'set/pipe.pat: error: not a regular file',
      'set/large.pat: error: larger than 64 KiB',
    ]);
    expect((await inspectSet(set)).definitions.map(({ name }) => name)).toEqual(['http']);
  });

  it('has too many files', async () => {
    for (let i = 0; i <= 1024; i++) writeFileSync(join(set, `p${String(i)}.pat`), '');
    const { message } = await failureOf(inspectSet(set, 'set'));
    expect(message).toBe('set holds more than 1024 definition files');
  });
});

describe('loading a set', () => {
  it('gives the set with its warnings', async () => {
    define('http', '^get\\r');
    const loaded = await loadSet(set, 'set');
    expect(loaded.definitions.map(({ name }) => name)).toEqual(['http']);
    expect(loaded.diagnostics.map(({ severity }) => severity)).toEqual(['warning']);
  });

  it('fails with every error, and without the warnings', async () => {
    define('http', '^get\\r(');
    define('ssh', '^ssh-', 'telnet');
    const failure = await failureOf(loadSet(set, 'set'));
    expect(failure.reason).toBe('definition-invalid');
    expect(failure.message).toBe("the definitions in set can't be used");
    expect(failure.diagnostics?.map(({ file, severity }) => `${file} ${severity}`)).toEqual([
      'set/http.pat error',
      'set/ssh.pat error',
    ]);
  });

  it('fails where there is no set', async () => {
    const missing = await failureOf(loadSet(join(root, 'nowhere'), 'nowhere'));
    expect(missing).toMatchObject({
      reason: 'definition-invalid',
      message: "can't read nowhere (ENOENT)",
    });
    const file = await failureOf(loadSet(define('http'), 'http.pat'));
    expect(file.message).toBe("can't read http.pat (ENOTDIR)");
  });

  it('fails where a set is empty', async () => {
    mkdirSync(join(set, 'sub'));
    expect((await failureOf(loadSet(set, 'set'))).message).toBe('set holds no definition');
  });
});

describe('what is installed', () => {
  it('is flat, sorted, and of two sets the first one’s definition', async () => {
    define('mine/http', '^mine');
    define('ours/http', '^ours');
    define('ours/ssh');
    define('ours/extra/ftp');
    const mine = await inspectSet(join(set, 'mine'), 'mine');
    const ours = await inspectSet(join(set, 'ours'), 'ours');
    const { files, diagnostics } = installLayout([mine, ours]);
    expect(files.map(({ name, from }) => `${name} ${from.path}`)).toEqual([
      'ftp.pat ours/extra/ftp.pat',
      'http.pat mine/http.pat',
      'ssh.pat ours/ssh.pat',
    ]);
    expect(files[1]?.from.sha256).toBe(mine.definitions[0]?.sha256);
    expect(
      diagnostics.map(({ file, line, message }) => `${file}:${String(line)} ${message}`),
    ).toEqual([
      'ours/http.pat:2 not installed: mine/http.pat defines http as well and comes first',
    ]);
  });

  it('is the same when a set is named twice', async () => {
    define('http');
    const one = await inspectSet(set);
    expect(installLayout([one, one])).toEqual(installLayout([one]));
  });
});
