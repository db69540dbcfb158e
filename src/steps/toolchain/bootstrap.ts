// SPDX-License-Identifier: GPL-2.0-only
import type { Argv } from '../../host/exec.js';
import { BUILD_TOOLS } from '../../model/runtime.js';
import type { ToolchainParams } from '../../model/task.js';

/** Where the root keeps what the build tools say of themselves: a line a tool, `-` for one that it lacks. */
export const VERSIONS = 'etc/l7build-toolchain';
/** Every root is made as of the same moment, so that making it again gives the same files. */
export const EPOCH = '1700000000';

/** Debian has had one /usr since 10: what is in /bin and /lib stands in /usr, and these are links. */
const MERGE = 'for d in bin sbin lib lib64; do mkdir -p "$1/usr/$d"; ln -s "usr/$d" "$1/$d"; done';

/** What differs from machine to machine, or from one time to the next, and nothing compiles with. */
const VARYING = [
  'etc/apt/sources.list',
  'etc/dpkg/dpkg.cfg.d/99mmdebstrap',
  'etc/hostname',
  'etc/machine-id',
  'etc/resolv.conf',
  'var/cache/ldconfig',
  'var/lib/dbus',
];

/**
 * mmdebstrap(1): only the given packages and what is essential; nothing is asked of the network.
 * Hooks are scripts of ours; mmdebstrap gives them the root as their only argument.
 *
 * @param repository directory of an archive, see `makeRepository`
 * @param archive the tar file to make
 */
export function bootstrapArgv(
  { suite, compiler, packages }: ToolchainParams,
  repository: string,
  archive: string,
): Argv {
  const tell = BUILD_TOOLS.map(
    (tool) => `{ chroot "$1" ${tool} --version 2>/dev/null || echo -; } | sed -n '/./{p;q}'`,
  ).join('; ');
  const drop = VARYING.map((path) => `"$1/${path}"`).join(' ');
  const customize = [
    ...['gcc', 'cc'].map((name) => `ln -s /usr/bin/${compiler} "$1/usr/local/bin/${name}"`),
    `{ ${tell}; } > "$1/${VERSIONS}"`,
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
    ...customize.map((script) => `--customize-hook=${script}`),
    // What is made here is published whole or not at all: dpkg need not wait for the disk.
    '--dpkgopt=force-unsafe-io',
    '--skip=output/dev',
    '--format=tar',
    suite,
    archive,
    `deb [trusted=yes] copy:${repository} ${suite} main`,
  ];
}
