// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { exec, type Argv } from '../host/exec.js';
import { Failed } from '../model/failure.js';
import type { Confinement } from '../model/runtime.js';
import { toolsOfHost, type Root } from './jail-root.js';

/** What a confined command may see and write. */
export interface Bounds {
  /** What stands in `/`. */
  readonly root: Root;
  /** The user's home, hidden except for what is below `readable` and `writable`. */
  readonly home: string;
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  /** Writable too, by path inside: the directory outside that stands there. */
  readonly laid?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Devices besides those that every command has (`--dev` of bwrap(1)). */
  readonly devices?: readonly string[];
  /**
   * The command has the caller's terminal. Then it stays in the caller's session, since a shell needs
   * the terminal to control its jobs.
   */
  readonly terminal?: boolean;
  /** The number of the open file from which the filter of system calls is read (syscall-filter.ts), if there is to be one. */
  readonly filter?: number;
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
 * nothing survives the caller. See bwrap(1), which sets PR_SET_NO_NEW_PRIVS always.
 *
 * /proc is read-only too: the kernel lets whoever is root outside write /proc/sys, with or without
 * capabilities (test_perm() in fs/proc/proc_sysctl.c), and from kernel.core_pattern it is one step to
 * the machine.
 */
export const BWRAP: Jail = {
  confinement: {
    network: 'off',
    filesystem: 'confined',
    user: 'unprivileged',
    how:
      'bubblewrap: own user, process, network, IPC and mount namespaces, no capabilities, no new ' +
      'privileges; only the work tree is writable',
  },
  wrap: (argv, bounds) => [
    'bwrap',
    '--unshare-all',
    '--unshare-user',
    ...['--uid', BUILD_ID, '--gid', BUILD_ID],
    '--die-with-parent',
    ...(bounds.terminal === true ? [] : ['--new-session']),
    ...['--cap-drop', 'ALL'],
    ...(bounds.filter === undefined ? [] : ['--seccomp', String(bounds.filter)]),
    ...rootWords(bounds.root),
    ...['--dev', '/dev', '--proc', '/proc', '--remount-ro', '/proc', '--tmpfs', '/tmp'],
    ...(bounds.devices ?? []).flatMap((path) => ['--dev-bind', path, path]),
    ...(bounds.home === '/' ? [] : ['--tmpfs', bounds.home]),
    ...bounds.readable.flatMap((path) => ['--ro-bind', path, path]),
    ...bounds.writable.flatMap((path) => ['--bind', path, path]),
    ...Object.entries(bounds.laid ?? {}).flatMap(([at, from]) => ['--bind', from, at]),
    ...['--remount-ro', '/'],
    ...['--chdir', bounds.cwd],
    '--',
    ...argv,
  ],
};

/** bwrap's words for `/`: its parts are mounted into an empty one, in which mount points can be made. */
function rootWords(root: Root): string[] {
  return [
    ...root.parts.flatMap((part) => ['--ro-bind', join(root.dir, part), `/${part}`]),
    ...root.links.flatMap(([name, target]) => ['--symlink', target, `/${name}`]),
  ];
}

/** unshare(1) of util-linux: the network is off, the file system is as the caller sees it. */
export const UNSHARE: Jail = {
  confinement: {
    network: 'off',
    filesystem: 'open',
    user: 'unprivileged',
    how:
      'unshare: own user, network and process namespaces, no capabilities, no new privileges; ' +
      'install bubblewrap to confine the file system too',
  },
  wrap: (argv) => [
    'unshare',
    ...['--user', '--map-root-user', '--net', '--pid', '--fork', '--kill-child=KILL'],
    '--mount-proc',
    ...['setpriv', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'],
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
  const root = await toolsOfHost();
  const bounds: Bounds = { root, home: '/', readable: [], writable: [], cwd: '/' };
  try {
    await exec(jail.wrap(['true'], bounds), { timeoutMs: 5000 });
    return true;
  } catch (error) {
    if (error instanceof Failed) return false;
    throw error;
  }
}
