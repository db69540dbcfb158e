// SPDX-License-Identifier: GPL-2.0-only
import { exec, type Argv } from '../../host/exec.js';
import { Failed } from '../../model/failure.js';

/**
 * unshare(1): root's mmdebstrap mounts /proc and /sys into the root that it makes. In namespaces of its own
 * all of that, and every process, ends with it, also when it is killed. The network is off besides.
 */
const FENCED: Argv = [
  'unshare',
  ...['--mount', '--propagation', 'private'],
  ...['--pid', '--fork', '--kill-child=KILL'],
  '--net',
  '--',
];

/**
 * The argv that keeps what mmdebstrap does to itself, where that is allowed. A user other than root
 * needs none of it: mmdebstrap makes namespaces for itself then.
 */
export async function fenced(argv: Argv): Promise<Argv> {
  if (process.getuid?.() !== 0) return argv;
  try {
    await exec([...FENCED, 'true'], { timeoutMs: 5000 });
    return [...FENCED, ...argv];
  } catch (error) {
    if (error instanceof Failed && error.failure.reason !== 'interrupted') return argv;
    throw error;
  }
}
