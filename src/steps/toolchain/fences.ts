// SPDX-License-Identifier: GPL-2.0-only
import { exec, type Argv } from '../../host/exec.js';
import { Failed } from '../../model/failure.js';

/**
 * unshare(1): mmdebstrap mounts /proc and /sys into the root that it makes. In namespaces of its own all of
 * that, and every process, ends with it, also when it is killed. The network is off besides.
 */
const FENCES = [
  ...['--mount', '--propagation', 'private'],
  ...['--pid', '--fork', '--kill-child=KILL'],
  '--net',
];
/**
 * A user namespace in which the caller is root, and the users are there whom /etc/subuid lends
 * (util-linux 2.38).
 */
const LENT = ['--user', '--map-root-user', '--map-auto'];

/** argv that runs a command as root over the caller's files and those of the lent users. */
export function asLentRoot(argv: Argv): Argv {
  return ['unshare', ...LENT, '--', ...argv];
}

/**
 * The argv that keeps what mmdebstrap does to itself, where that works. Where it does not, mmdebstrap runs
 * as it is: root's may leave something mounted when it is killed, another user's goes on for a while.
 */
export async function fenced(argv: Argv): Promise<Argv> {
  const fence: Argv = ['unshare', ...(process.getuid?.() === 0 ? [] : LENT), ...FENCES, '--'];
  try {
    await exec([...fence, 'true'], { timeoutMs: 5000 });
    return [...fence, ...argv];
  } catch (error) {
    if (error instanceof Failed && error.failure.reason !== 'interrupted') return argv;
    throw error;
  }
}
