// SPDX-License-Identifier: GPL-2.0-only
import type { Argv } from '../../host/exec.js';

/** Every root is made as of the same moment, so that making it again gives the same files. */
export const EPOCH = '1700000000';

/** Debian has had one /usr since 10: what is in /bin and /lib stands in /usr, and these are links. */
const MERGE = 'for d in bin sbin lib lib64; do mkdir -p "$1/usr/$d"; ln -s "usr/$d" "$1/$d"; done';

/** What differs from machine to machine, or from one time to the next, and nobody needs. */
const VARYING = [
  'etc/apt/sources.list',
  'etc/dpkg/dpkg.cfg.d/99mmdebstrap',
  'etc/hostname',
  'etc/machine-id',
  'etc/resolv.conf',
  'var/cache/ldconfig',
  'var/lib/dbus',
];

/** What a root is made of. */
export interface RootSpec {
  /** Debian suite's codename. */
  readonly suite: string;
  readonly packages: readonly string[];
  /** A script of sh, run when only the essential packages are there; the root is its `$1`. */
  readonly prepare?: string;
  /** Scripts of sh, run in order when the packages are installed; the root is their `$1`. */
  readonly customize: readonly string[];
}

/**
 * mmdebstrap(1): only the given packages and what is essential; nothing is asked of the network.
 * Hooks are scripts of ours; mmdebstrap gives them the root as their only argument.
 *
 * @param repository directory of an archive, see `makeRepository`
 * @param archive the tar file to make
 */
export function bootstrapArgv(
  { suite, packages, prepare, customize }: RootSpec,
  repository: string,
  archive: string,
): Argv {
  const drop = VARYING.map((path) => `"$1/${path}"`).join(' ');
  const scripts = [
    ...customize,
    `rm -rf ${drop}`,
    'find "$1/var/log" "$1/var/cache/apt" "$1/var/cache/debconf" -type f -delete',
  ];
  return [
    'mmdebstrap',
    // dpkg's lines, for the progress
    '--verbose',
    '--variant=essential',
    '--architectures=amd64',
    `--include=${packages.join(',')}`,
    `--setup-hook=${MERGE}`,
    ...(prepare === undefined ? [] : [`--essential-hook=${prepare}`]),
    ...scripts.map((script) => `--customize-hook=${script}`),
    // What is made here is published whole or not at all: dpkg need not wait for the disk.
    '--dpkgopt=force-unsafe-io',
    '--skip=output/dev',
    '--format=tar',
    suite,
    archive,
    `deb [trusted=yes] copy:${repository} ${suite} main`,
  ];
}
