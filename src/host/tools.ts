// SPDX-License-Identifier: GPL-2.0-only
import { accessSync, constants, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Debian package that brings a program; a program that is not listed is in a package of its own name. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'apt-config': 'apt',
  'apt-ftparchive': 'apt-utils',
  bwrap: 'bubblewrap',
  'busybox-static': 'busybox-static',
  'dpkg-deb': 'dpkg',
  flock: 'util-linux',
  ld: 'binutils',
  ldd: 'libc-bin',
  mksquashfs: 'squashfs-tools',
  newuidmap: 'uidmap',
  'pkg-config': 'pkg-config',
  'qemu-system-x86_64': 'qemu-system-x86',
  setpriv: 'util-linux',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  xz: 'xz-utils',
};

/** Where execvp(3) looks when the environment has no PATH. */
const DEFAULT_PATH = '/bin:/usr/bin';

/** The user's PATH and behind it what system programs lie in, such as depmod; a user's own often lacks that. */
export function systemPath(): string {
  return `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
}

/** Name of the Debian package to install for a program. */
export function packageOf(tool: string): string {
  return PACKAGE_OF[tool] ?? tool;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Finds a program as execvp(3) would, without starting anything.
 *
 * @param program a name, or a path (with a slash) taken as relative to `cwd`
 * @param path the PATH to search; default: ours
 * @returns its path, or undefined
 */
export function findProgram(
  program: string,
  path: string = process.env['PATH'] ?? DEFAULT_PATH,
  cwd = '.',
): string | undefined {
  const candidates = program.includes('/')
    ? [resolve(cwd, program)]
    : path.split(':').map((directory) => join(directory === '' ? '.' : directory, program));
  return candidates.find(isProgram);
}
