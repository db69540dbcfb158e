// SPDX-License-Identifier: GPL-2.0-only

/** Debian package that brings a program; a program that is not listed is in a package of its own name. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'apt-cache': 'apt',
  bwrap: 'bubblewrap',
  'busybox-static': 'busybox-static',
  'dpkg-deb': 'dpkg',
  flock: 'util-linux',
  ld: 'binutils',
  ldd: 'libc-bin',
  'pkg-config': 'pkg-config',
  'qemu-system-x86_64': 'qemu-system-x86',
  setpriv: 'util-linux',
  xz: 'xz-utils',
};

/** Name of the Debian package to install for a program. */
export function packageOf(tool: string): string {
  return PACKAGE_OF[tool] ?? tool;
}
