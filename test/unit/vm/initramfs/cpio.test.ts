// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CpioArchive } from '../../../../src/vm/initramfs/cpio.js';

/** What cpio(1) makes of an archive. */
function listed(archive: Buffer): string[] {
  const argv = ['--list', '--verbose', '--numeric-uid-gid', '--quiet'];
  const text = execFileSync('cpio', argv, {
    input: archive,
    encoding: 'utf8',
    env: { TZ: 'UTC', LC_ALL: 'C' },
  });
  return text
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
}

describe('CpioArchive', () => {
  it('is what cpio(1) reads: kinds, modes, targets and devices, all of root and of 1970', () => {
    const archive = new CpioArchive();
    archive.add('/usr/sbin/x', { kind: 'file', data: Buffer.from('12345'), executable: true });
    archive.add('etc/y', { kind: 'file', data: Buffer.from('abc'), executable: false });
    archive.add('bin/sh', { kind: 'link', target: 'busybox' });
    archive.add('dev/console', { kind: 'device', major: 5, minor: 1 });
    expect(listed(archive.toBuffer())).toEqual([
      'drwxr-xr-x 2 0 0 0 Jan 1 1970 bin',
      'lrwxrwxrwx 1 0 0 7 Jan 1 1970 bin/sh -> busybox',
      'drwxr-xr-x 2 0 0 0 Jan 1 1970 dev',
      'crw------- 1 0 0 5, 1 Jan 1 1970 dev/console',
      'drwxr-xr-x 2 0 0 0 Jan 1 1970 etc',
      '-rw-r--r-- 1 0 0 3 Jan 1 1970 etc/y',
      'drwxr-xr-x 2 0 0 0 Jan 1 1970 usr',
      'drwxr-xr-x 2 0 0 0 Jan 1 1970 usr/sbin',
      '-rwxr-xr-x 1 0 0 5 Jan 1 1970 usr/sbin/x',
    ]);
    expect(archive.has('/etc/y')).toBe(true);
    expect(archive.has('etc/z')).toBe(false);
  });

  it('is the same whatever the order in which it was filled', () => {
    const make = (names: readonly string[]): Buffer => {
      const archive = new CpioArchive();
      for (const name of names) {
        archive.add(name, { kind: 'file', data: Buffer.from(name), executable: false });
      }
      return archive.toBuffer();
    };
    const names = ['b/é', 'a', 'b/z', 'b-c', 'b/a/x'];
    expect(make(names).equals(make(names.toReversed()))).toBe(true);
  });

  it('gives back the content', () => {
    const archive = new CpioArchive();
    archive.add('f', { kind: 'file', data: Buffer.from('old'), executable: false });
    archive.add('f', { kind: 'file', data: Buffer.from('new one'), executable: false });
    const argv = ['--extract', '--to-stdout', '--quiet', 'f'];
    const text = execFileSync('cpio', argv, { input: archive.toBuffer(), encoding: 'utf8' });
    expect(text).toBe('new one');
  });

  it.each(['../x', 'a/../b', 'a//b', './a', '', '/'])('refuses the path "%s"', (path) => {
    expect(() => {
      new CpioArchive().add(path, { kind: 'directory' });
    }).toThrow(RangeError);
  });
});
