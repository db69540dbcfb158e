// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Unpack } from '../../../src/model/source.js';
import type { StepContext, StepResult } from '../../../src/model/step.js';
import { digestOfTree, LOCAL_TREE } from '../../../src/sources/local.js';
import { unpack } from '../../../src/steps/unpack.js';
import { tarOf, type Header } from '../host/tar-bytes.js';
import { failureOf, fetchContext, temporaryDirectory, type Fixture } from '../sources/fixture.js';

/** Unpacks files as if they had been fetched. */
function unpacking(
  files: readonly string[],
  how: Unpack,
  ctx: Fixture = fetchContext(),
): Promise<StepResult> {
  const dir = temporaryDirectory();
  for (const file of files) cpSync(file, join(dir, basename(file)));
  const listed = files.map((file) => ({ path: basename(file), sha256: '', size: 0 }));
  const manifest = { files: listed, facts: { version: '1.2' } };
  const needs = { fetch: { dir, manifest } };
  return unpack({ name: 'demo', unpack: how }, { ...ctx, needs } as unknown as StepContext);
}

function archive(name: string, bytes: Buffer): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, bytes);
  return path;
}

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

  const FILE: Header = { name: 'a/file', content: 'x' };
  it.each<[string, Header[], RegExp]>([
    [
      'a name with ..',
      [FILE, { name: 'a/../../evil' }],
      /"a\/\.\.\/\.\.\/evil": its name leads out/,
    ],
    ['an absolute name', [FILE, { name: '/tmp/l7build-evil' }], /evil": its name is absolute/],
    [
      'a link out',
      [FILE, { name: 'a/l', type: '2', linkname: '../../x' }],
      /links to \.\.\/\.\.\/x/,
    ],
    ['an absolute link', [{ name: 'a/l', type: '2', linkname: '/etc' }], /links to \/etc, out/],
    [
      'a link out by way of another',
      [
        { name: 'a/d/e/up', type: '2', linkname: '../..' },
        { name: 'a/evil', type: '2', linkname: 'd/e/up/../x' },
      ],
      /"evil": it links to d\/e\/up\/\.\.\/x, out of the tree/,
    ],
    [
      'a file through a link',
      [
        { name: 'a/l', type: '2', linkname: 'd' },
        { name: 'a/l/evil', content: 'x' },
      ],
      /lies below l, which is a file or link/,
    ],
    ['a file below a file', [FILE, { name: 'a/file/x' }], /lies below file/],
    ['a directory over a file', [FILE, { name: 'a/file', type: '5' }], /file or link before/],
    ['a file over a directory', [{ name: 'a/d/x' }, { name: 'a/d' }], /was a directory before/],
    ['a hard link out', [{ name: 'a/h', type: '1', linkname: '/etc/passwd' }], /absolute/],
    ['a hard link to nothing', [{ name: 'a/h', type: '1', linkname: 'a/no' }], /no file of this/],
    [
      'a hard link to a link',
      [
        { name: 'a/l', type: '2', linkname: 'x' },
        { name: 'a/h', type: '1', linkname: 'a/l' },
      ],
      /no file of this archive/,
    ],
    ['a character device', [FILE, { name: 'a/null', type: '3' }], /"a\/null": it is a device/],
    ['a block device', [FILE, { name: 'a/sda', type: '4' }], /it is a device/],
    ['a fifo', [FILE, { name: 'a/pipe', type: '6' }], /it is a device, pipe/],
    ['an unknown kind', [FILE, { name: 'a/odd', type: 'S' }], /of another kind/],
    ['two top directories', [FILE, { name: 'b/file' }], /one top directory/],
    ['a file beside the top directory', [FILE, { name: 'file' }], /one top directory/],
    [
      'more bytes than a tree may have',
      [FILE, { ...FILE, name: 'a/two' }, { name: 'a/x', size: 8 * 1024 ** 3 - 1 }],
      /unpacks to more than 8\.0 GiB/,
    ],
  ])('refuses %s, and leaves nothing', async (_, members, message) => {
    const ctx = fetchContext();
    const path = archive('hostile.tar', tarOf(...members));
    const failure = await failureOf(unpacking([path], {}, ctx));
    expect(failure.reason).toBe('archive-refused');
    expect(failure.message).toMatch(/^hostile\.tar/);
    expect(failure.message).toMatch(message);
    expect(readdirSync(ctx.out)).toEqual([]);
    expect(readdirSync(ctx.dir).sort()).toEqual(['cache', 'out', 'scratch']);
    expect(existsSync('/tmp/l7build-evil')).toBe(false);
  });

  it('refuses what is no archive or is damaged', async () => {
    const text = await failureOf(unpacking([archive('a.tar.gz', Buffer.from('<html>'))], {}));
    expect(text.message).toContain('no tar archive');
    const whole = tarOf({ name: 'a/b', content: 'x'.repeat(5000) });
    const short = archive('short.tar', whole.subarray(0, 2000));
    expect((await failureOf(unpacking([short], {}))).message).toMatch(/damaged: .*[Tt]runcated/);
    const packed = execFileSync('xz', ['-c'], { input: whole });
    const cut = archive('cut.tar.xz', packed.subarray(0, packed.length - 20));
    expect((await failureOf(unpacking([cut], {}))).message).toMatch(/damaged: .*end of input/);
    const spoiled = Buffer.from(whole);
    spoiled[0] = 0x7a;
    const sum = await failureOf(unpacking([archive('sum.tar', spoiled)], {}));
    expect(sum.message).toContain('checksum failure');
    const long = { name: `a/${'n'.repeat(80)}`, linkname: 'x'.repeat(99) };
    const deep = tarOf({ ...long, type: '2', linkname: '../'.repeat(30) });
    expect((await failureOf(unpacking([archive('d.tar', deep)], {}))).reason).toBe(
      'archive-refused',
    );
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

describe('digestOfTree', () => {
  it('changes with a file’s content, mode, name or absence', async () => {
    const dir = sourceTree();
    const seen = [await digestOfTree(dir)];
    expect(await digestOfTree(dir)).toBe(seen[0]);
    const makefile = join(dir, 'demo-1.2/Makefile');
    writeFileSync(makefile, 'ALL:\n');
    seen.push(await digestOfTree(dir));
    execFileSync('chmod', ['755', makefile]);
    seen.push(await digestOfTree(dir));
    execFileSync('mv', [makefile, `${makefile}.old`]);
    seen.push(await digestOfTree(dir));
    execFileSync('rm', [`${makefile}.old`]);
    seen.push(await digestOfTree(dir));
    mkdirSync(join(dir, '.git'));
    expect(new Set(seen).size).toBe(5);
    expect(lstatSync(join(dir, '.git')).isDirectory()).toBe(true);
    expect(await digestOfTree(dir)).toBe(seen[4]);
  });
});
