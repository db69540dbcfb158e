// SPDX-License-Identifier: GPL-2.0-only
import { exec, type Argv } from '../host/exec.js';
import { Failed } from '../model/failure.js';
import type { Confinement } from '../model/runtime.js';

/** What a confined command may see and write. */
export interface Bounds {
  /** The user's home, hidden except for what is below `readable` and `writable`. */
  readonly home: string;
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  readonly cwd: string;
}

/** One way to keep a command in; `wrap` is pure. */
export interface Jail {
  readonly confinement: Confinement;
  wrap(argv: Argv, bounds: Bounds): Argv;
}

/** Any number but 0: root's powers stay outside. */
const BUILD_ID = '1000';

/**
 * Namespaces of bubblewrap: no network, an empty home and /tmp, everything read-only but the bounds'
 * writable directories, an unprivileged user (files belong to the caller outside), no capabilities, and
 * nothing survives the caller. See bwrap(1).
 */
export const BWRAP: Jail = {
  confinement: {
    network: 'off',
    filesystem: 'confined',
    user: 'unprivileged',
    how: 'bubblewrap: own network, process and user namespaces; only the work tree is writable',
  },
  wrap: (argv, bounds) => [
    'bwrap',
    '--unshare-all',
    '--unshare-user',
    ...['--uid', BUILD_ID, '--gid', BUILD_ID],
    '--die-with-parent',
    '--new-session',
    ...['--cap-drop', 'ALL'],
    ...['--ro-bind', '/', '/'],
    ...['--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'],
    ...(bounds.home === '/' ? [] : ['--tmpfs', bounds.home]),
    ...bounds.readable.flatMap((path) => ['--ro-bind', path, path]),
    ...bounds.writable.flatMap((path) => ['--bind', path, path]),
    ...['--chdir', bounds.cwd],
    '--',
    ...argv,
  ],
};

/** unshare(1) of util-linux: the network is off, the file system is as the caller sees it. */
export const UNSHARE: Jail = {
  confinement: {
    network: 'off',
    filesystem: 'open',
    user: 'unprivileged',
    how: 'unshare: own network and process namespaces; install bubblewrap to confine the file system too',
  },
  wrap: (argv) => [
    'unshare',
    ...['--user', '--map-root-user', '--net', '--pid', '--fork', '--kill-child=KILL'],
    '--mount-proc',
    '--',
    ...argv,
  ],
};

/** No confinement: the last resort of a host that allows no namespaces. */
export const OPEN: Jail = {
  confinement: {
    network: 'on',
    filesystem: 'open',
    user: process.getuid?.() === 0 ? 'root' : 'unprivileged',
    how: 'this host allows no namespaces to this user: commands run as they are',
  },
  wrap: (argv) => argv,
};

/** The tightest jail that works here, found by starting a tiny command in each. */
export async function findJail(): Promise<Jail> {
  for (const jail of [BWRAP, UNSHARE]) {
    if (await works(jail)) return jail;
  }
  return OPEN;
}

async function works(jail: Jail): Promise<boolean> {
  const bounds: Bounds = { home: '/', readable: [], writable: [], cwd: '/' };
  try {
    await exec(jail.wrap(['true'], bounds), { timeoutMs: 5000 });
    return true;
  } catch (error) {
    if (error instanceof Failed) return false;
    throw error;
  }
}
