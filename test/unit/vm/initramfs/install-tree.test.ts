// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CpioArchive } from '../../../../src/vm/initramfs/cpio.js';
import { addInstallTree } from '../../../../src/vm/initramfs/install-tree.js';
import { addUserland, staticBusybox } from '../../../../src/vm/initramfs/userland.js';

const GUEST = join(import.meta.dirname, '../../../../guest');

describe('addInstallTree', () => {
  let root: string;

  const gcc = (source: string, ...argv: string[]): void => {
    execFileSync('gcc', ['-x', 'c', '-', '-x', 'none', ...argv], { input: source });
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'install-'));
    for (const path of ['opt/lib', 'usr/sbin', 'usr/share/man', 'usr/lib/xtables']) {
      await mkdir(join(root, path), { recursive: true });
    }
    const library = join(root, 'opt/lib/libown.so.1.2');
    gcc('int own(void) { return 3; }', '-shared', '-Wl,-soname,libown.so.1', '-o', library);
    await symlink('libown.so.1.2', join(root, 'opt/lib/libown.so.1'));
    const program = join(root, 'usr/sbin/multi');
    gcc('int own(void); int main(void) { return own(); }', library, '-o', program);
    gcc('void _init_(void) {}', '-shared', '-o', join(root, 'usr/lib/xtables/libxt_x.so'));
    await symlink('multi', join(root, 'usr/sbin/iptables'));
    await writeFile(join(root, 'usr/share/man/x.8'), 'for people');
    await writeFile(join(root, 'usr/lib/libown.la'), 'for libtool');
    await writeFile(join(root, 'usr/sbin/script'), '#!/bin/sh\n', { mode: 0o755 });
  });
  afterEach(() => rm(root, { recursive: true }));

  it('brings programs, extensions, and the libraries of both the tree and the host', async () => {
    const archive = new CpioArchive();
    await addInstallTree(archive, root, '/');
    for (const path of ['usr/sbin/multi', 'usr/sbin/iptables', 'usr/sbin/script']) {
      expect(archive.has(path), path).toBe(true);
    }
    expect(archive.has('usr/lib/xtables/libxt_x.so')).toBe(true);
    expect(archive.has('lib64/ld-linux-x86-64.so.2')).toBe(true);
    expect(archive.has('lib/x86_64-linux-gnu/libc.so.6')).toBe(true);
    // Nothing names it, and without it older C libraries know no host's name.
    expect(archive.has('lib/x86_64-linux-gnu/libnss_files.so.2')).toBe(true);
    // Out of the loader's way, so a link leads there.
    expect(archive.has('opt/lib/libown.so.1')).toBe(true);
    expect(archive.has('usr/lib/libown.so.1')).toBe(true);
    for (const path of ['usr/share/man/x.8', 'usr/lib/libown.la']) {
      expect(archive.has(path), path).toBe(false);
    }
  });

  it('makes a tree in which its programs run', async () => {
    const archive = new CpioArchive();
    await addInstallTree(archive, root, '/');
    await addUserland(archive, {
      busybox: await staticBusybox(),
      guest: GUEST,
      modules: ['xt_a', 'xt_b'],
    });
    const guest = await mkdtemp(join(tmpdir(), 'guest-'));
    const argv = ['--extract', '--make-directories', '--quiet', '--nonmatching', 'dev/console'];
    execFileSync('cpio', argv, { cwd: guest, input: archive.toBuffer() });
    const inside = (script: string): string =>
      execFileSync('unshare', ['--map-root-user', 'chroot', guest, '/bin/sh', '-c', script], {
        encoding: 'utf8',
      });
    const script =
      '/usr/sbin/iptables; echo $?; cat /etc/modules; ls /sbin; test -x /init && echo init';
    expect(inside(script)).toBe('3\nxt_a\nxt_b\nmodprobe\ninit\n');
    await rm(guest, { recursive: true });
  });

  it('takes the libraries of the system that it was compiled in, links and all', async () => {
    const system = await mkdtemp(join(tmpdir(), 'system-'));
    const place = 'lib/x86_64-linux-gnu';
    await mkdir(join(system, place), { recursive: true });
    await mkdir(join(system, 'lib64'));
    await mkdir(join(system, 'etc'));
    const loader = 'ld-linux-x86-64.so.2';
    // Each has a mark at its end, so that it cannot be taken for the machine's own.
    for (const name of ['libc.so.6', loader]) {
      const own = await readFile(join('/', place, name));
      await writeFile(join(system, place, name), Buffer.concat([own, Buffer.from('marked')]));
    }
    // An absolute link, as bullseye's and older systems have it.
    await symlink(`/${place}/${loader}`, join(system, 'lib64', loader));
    execFileSync('unshare', ['--map-root-user', '/sbin/ldconfig', '-r', system]);
    const archive = new CpioArchive();
    await addInstallTree(archive, root, system);
    const text = archive.toBuffer().toString('latin1');
    // libc, and the loader by its two names.
    expect(text.split('marked')).toHaveLength(4);
    await rm(system, { recursive: true });
  });

  it('names a library that is nowhere', async () => {
    await rm(join(root, 'opt'), { recursive: true });
    await expect(addInstallTree(new CpioArchive(), root, '/')).rejects.toMatchObject({
      failure: { reason: 'host-lacks', message: /need the library libown\.so\.1,/ },
    });
  });
});
