// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOCAL_TREE } from '../../../src/sources/local.js';
import { tarOf } from '../host/tar-bytes.js';
import { archive, unpacking } from '../host/unpacking.js';
import { failureOf, fetchContext, temporaryDirectory } from '../sources/fixture.js';

/** A small source tree: a program, a link, a hard link, a directory of its own time. */
function sourceTree(): string {
  const dir = temporaryDirectory();
  const top = join(dir, 'demo-1.2');
  mkdirSync(join(top, 'sub'), { recursive: true });
  writeFileSync(join(top, 'Makefile'), 'all:\n');
  writeFileSync(join(top, 'run.sh'), '#!/bin/sh\n', { mode: 0o777 });
  writeFileSync(join(top, 'sub/big'), 'x'.repeat(300_000));
  symlinkSync('sub/big', join(top, 'link'));
  linkSync(join(top, 'Makefile'), join(top, 'hard'));
  for (const path of ['Makefile', 'sub/big', 'sub']) utimesSync(join(top, path), 1e9, 1e9);
  return dir;
}

function expectSourceTree(out: string): void {
  expect(readdirSync(out).sort()).toEqual(['Makefile', 'hard', 'link', 'run.sh', 'sub']);
  expect(readFileSync(join(out, 'hard'), 'utf8')).toBe('all:\n');
  expect(statSync(join(out, 'hard')).ino).toBe(statSync(join(out, 'Makefile')).ino);
  expect(readlinkSync(join(out, 'link'))).toBe('sub/big');
  expect(statSync(join(out, 'sub/big')).size).toBe(300_000);
  expect(statSync(join(out, 'run.sh')).mode & 0o7777).toBe(0o755);
  expect(statSync(join(out, 'sub')).mtimeMs).toBe(1e12);
  expect(statSync(join(out, 'sub/big')).mtimeMs).toBe(1e12);
}

describe('unpack', () => {
  it.each([
    ['plain', 'demo.tar', 'cf'],
    ['gzip', 'demo.tar.gz', 'czf'],
    ['xz', 'demo.tar.xz', 'cJf'],
    ['bzip2', 'demo.tar.bz2', 'cjf'],
    ['zstd', 'demo.tar.zst', '--zstd -cf'],
    ['with long names (pax)', 'demo.tar', '--format=pax -cf'],
    ['with a name that says something else', 'demo.zip', 'cJf'],
  ])('%s', async (_, name, flags) => {
    const dir = sourceTree();
    const path = join(temporaryDirectory(), name);
    execFileSync('tar', [...flags.split(' '), path, '-C', dir, 'demo-1.2']);
    const ctx = fetchContext();
    const result = await unpacking([path], {}, ctx);
    expectSourceTree(ctx.out);
    expect(result).toEqual({ derived: true, facts: { entries: 7, version: '1.2' } });
  });

  it('files that are the tree already, as they are', async () => {
    const path = archive('inner.tar', tarOf({ name: 'demo/evil', content: 'x' }));
    const ctx = fetchContext();
    await unpacking([path], { file: 'other.*', inner: 'x', strip: 2 }, ctx, { tree: true });
    expect(readdirSync(ctx.out)).toEqual(['inner.tar']);
    expect(readFileSync(join(ctx.out, 'inner.tar'))).toEqual(readFileSync(path));
  });

  it('a tarball inside of a package', async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'usr/src'), { recursive: true });
    mkdirSync(join(root, 'DEBIAN'));
    const control = 'Package: demo\nVersion: 1\nArchitecture: all\nMaintainer: T <t@example.org>\n';
    writeFileSync(join(root, 'DEBIAN/control'), `${control}Description: demo\n`);
    execFileSync('tar', ['cJf', join(root, 'usr/src/demo.tar.xz'), '-C', sourceTree(), 'demo-1.2']);
    const deb = join(temporaryDirectory(), 'demo.deb');
    execFileSync('dpkg-deb', ['--build', '--root-owner-group', root, deb]);
    const ctx = fetchContext();
    await unpacking([deb], { inner: 'usr/src/demo.tar.xz' }, ctx);
    expectSourceTree(ctx.out);
    const missing = await failureOf(unpacking([deb], { inner: 'usr/src/other.tar.xz' }));
    expect(missing.reason).toBe('archive-refused');
    expect(missing.message).toContain('usr/src/other.tar.xz');
    const odd = await failureOf(unpacking([deb], { inner: 'usr/src' }));
    expect(odd.reason).toBe('archive-refused');
    writeFileSync(deb, readFileSync(deb).subarray(0, -200));
    const cut = await failureOf(unpacking([deb], { inner: 'usr/src/demo.tar.xz' }));
    expect(cut.message).toContain('damaged');
  });

  it('packages into one tree, their absolute links and includes made relative', async () => {
    const debs = [1, 2].map((number) => {
      const root = temporaryDirectory();
      const flavour = join(root, 'usr/src/linux-headers-1-flavour');
      const common = join(root, 'usr/src/linux-headers-1-common');
      mkdirSync(join(root, 'DEBIAN'));
      const control = `Package: demo${String(number)}\nVersion: 1\nArchitecture: all\n`;
      const rest = 'Maintainer: T <t@example.org>\nDescription: demo\n';
      writeFileSync(join(root, 'DEBIAN/control'), control + rest);
      if (number === 1) {
        mkdirSync(flavour, { recursive: true });
        mkdirSync(join(root, 'lib/modules/1'), { recursive: true });
        writeFileSync(
          join(flavour, 'Makefile'),
          'include /usr/src/linux-headers-1-common/Makefile\n',
        );
        symlinkSync('/usr/src/linux-headers-1-flavour', join(root, 'lib/modules/1/build'));
      } else {
        mkdirSync(common, { recursive: true });
        writeFileSync(join(common, 'Makefile'), 'all:\n\t@echo common\n');
      }
      const deb = join(temporaryDirectory(), `demo${String(number)}.deb`);
      execFileSync('dpkg-deb', ['--build', '--root-owner-group', root, deb]);
      return deb;
    });
    const ctx = fetchContext();
    await unpacking(debs, {}, ctx);
    const build = join(ctx.out, 'lib/modules/1/build');
    expect(readlinkSync(build)).toBe('../../../usr/src/linux-headers-1-flavour');
    expect(execFileSync('make', ['-s', '-C', build], { encoding: 'utf8' })).toContain('common');
  });

  it('chooses among several files, and takes a single one whatever its name', async () => {
    const wanted = archive('demo_1.orig.tar', tarOf({ name: 'top/wanted', content: 'x' }));
    const other = archive('demo_1.debian.tar', tarOf({ name: 'debian/other' }));
    const ctx = fetchContext();
    await unpacking([wanted, other], { file: 'demo_?.orig.tar*' }, ctx);
    expect(readdirSync(ctx.out)).toEqual(['wanted']);
    const single = fetchContext();
    await unpacking([other], { file: 'demo_*.orig.tar.*', inner: 'not/a/package' }, single);
    expect(readdirSync(single.out)).toEqual(['other']);
    const none = await failureOf(unpacking([wanted, other], { file: '*.zip' }));
    expect(none).toMatchObject({ reason: 'recipe-invalid' });
    expect(none.details).toEqual(['demo_1.orig.tar', 'demo_1.debian.tar']);
  });

  it('drops as many leading components as the recipe says', async () => {
    const path = archive(
      'a.tar',
      tarOf({ name: 'a/b/', type: '5' }, { name: 'a/b/file', content: 'x' }),
    );
    for (const [strip, file] of [
      [0, 'a/b/file'],
      [1, 'b/file'],
      [2, 'file'],
    ] as const) {
      const ctx = fetchContext();
      await unpacking([path], { strip }, ctx);
      expect(existsSync(join(ctx.out, file))).toBe(true);
    }
  });

  it('copies a tree of the user without its repository', async () => {
    const path = join(sourceTree(), 'demo-1.2');
    mkdirSync(join(path, '.git'));
    const note = archive(LOCAL_TREE, Buffer.from(JSON.stringify({ path, digest: '' })));
    const ctx = fetchContext();
    await unpacking([note], { file: '*.orig.tar.*', inner: 'x' }, ctx);
    expectSourceTree(ctx.out);
    symlinkSync('/etc/passwd', join(path, 'out'));
    const failure = await failureOf(unpacking([note], {}));
    expect(failure.message).toContain(path);
    expect(failure.message).toContain('/etc/passwd');
  });

  it('a later file replaces an earlier one, and not what was linked to that', async () => {
    const path = archive(
      'a.tar',
      tarOf(
        { name: 'a/one', content: 'first' },
        { name: 'a/two', type: '1', linkname: 'a/one' },
        { name: 'a/one', content: 'second' },
        { name: 'a', type: '5' },
      ),
    );
    const ctx = fetchContext();
    await unpacking([path], {}, ctx);
    expect(readFileSync(join(ctx.out, 'one'), 'utf8')).toBe('second');
    expect(readFileSync(join(ctx.out, 'two'), 'utf8')).toBe('first');
  });

  it('gives up set-user-ID and write permission for others', async () => {
    const path = archive(
      'a.tar',
      tarOf(
        { name: 'a/shut', type: '5', mode: 0 },
        { name: 'a/shut/file', mode: 0o6777 },
        { name: 'a/none', mode: 0 },
      ),
    );
    const ctx = fetchContext();
    await unpacking([path], {}, ctx);
    const modes = ['shut', 'shut/file', 'none'].map((name) => statSync(join(ctx.out, name)).mode);
    expect(modes.map((mode) => mode & 0o7777)).toEqual([0o700, 0o755, 0o600]);
  });

  it('stops when it is cancelled', async () => {
    const abort = new AbortController();
    const path = archive('a.tar.xz', execFileSync('xz', ['-c'], { input: tarOf({ name: 'a/b' }) }));
    const running = failureOf(unpacking([path], {}, fetchContext({}, abort.signal)));
    abort.abort();
    expect((await running).reason).toBe('interrupted');
  });

  it.skipIf(process.getuid?.() !== 0)('says when there is no room (needs root)', async () => {
    const ctx = fetchContext();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', ctx.out]);
    try {
      const path = archive('a.tar', tarOf({ name: 'a/b', content: 'x'.repeat(200_000) }));
      const failure = await failureOf(unpacking([path], {}, ctx));
      expect(failure.reason).toBe('no-space');
      expect(failure.message).toContain(ctx.out);
      expect(readdirSync(ctx.out)).toEqual([]);
    } finally {
      execFileSync('umount', [ctx.out]);
    }
  });
});
