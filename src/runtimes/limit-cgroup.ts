// SPDX-License-Identifier: GPL-2.0-only
import { access, mkdir, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Argv } from '../host/exec.js';
import { reachedBy, type Counters } from './limit-counters.js';
import { delegate, type Hierarchy } from './limit-hierarchy.js';
import type { Allowance, Hold, Limiter } from './limits.js';
import { isOrphan, ownedName } from './owner.js';

/** Enters the control groups "$1" and "$2" (0 is the writer itself), and becomes the rest. */
const ENTER =
  'for group in "$1" "$2"; do echo 0 > "$group/cgroup.procs" || exit 125; done; shift 2; exec "$@"';
/** A group can be removed once its last member is gone for good: pauses between tries, in milliseconds. */
const REMOVAL_MS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/**
 * Limits by control groups of our own, one per command, made below (or beside) the one that this
 * process is in: `memory.max` and `pids.max`, or the controllers memory and pids of version 1.
 * See Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/ of the kernel.
 *
 * @throws whatever making or setting one fails with; then it does not work here
 */
export async function cgroupLimiter(place: Hierarchy, allowed: Allowance): Promise<Limiter> {
  if (place.version === 2) await delegate(place.memory);
  await sweep(place);
  const limiter: Limiter = {
    limits: {
      ...allowed,
      how: `control groups (version ${String(place.version)})`,
    },
    hold: () => hold(place, allowed),
  };
  await (await limiter.hold()).release();
  return limiter;
}

async function hold(place: Hierarchy, allowed: Allowance): Promise<Hold> {
  const name = await ownedName();
  const memory = join(place.memory, name);
  const pids = join(place.pids, name);
  const release = async (): Promise<void> => {
    for (const dir of new Set([memory, pids])) await remove(dir);
  };
  try {
    for (const dir of new Set([memory, pids])) await mkdir(dir);
    await writeFile(join(pids, 'pids.max'), String(allowed.processes));
    await limitMemory(place.version, memory, allowed.memory);
  } catch (error) {
    await release();
    throw error;
  }
  const counters: Counters = {
    memory: [
      join(memory, place.version === 2 ? 'memory.events' : 'memory.oom_control'),
      'oom_kill',
    ],
    processes: [join(pids, 'pids.events'), 'max'],
  };
  return {
    around: (argv: Argv) => ['sh', '-c', ENTER, 'sh', memory, pids, ...argv],
    inside: (argv) => argv,
    env: {},
    reached: () => reachedBy(counters),
    release,
  };
}

/** Memory, and no swap beside it where the kernel counts swap. */
async function limitMemory(
  version: Hierarchy['version'],
  dir: string,
  bytes: number,
): Promise<void> {
  const [memory, swap, swapBytes] =
    version === 2
      ? ['memory.max', 'memory.swap.max', 0]
      : // Version 1 counts both together, and takes no sum below its part.
        ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes', bytes];
  await writeFile(join(dir, memory), String(bytes));
  const counted = await access(join(dir, swap)).then(
    () => true,
    () => false,
  );
  if (counted) await writeFile(join(dir, swap), String(swapBytes));
}

async function remove(dir: string): Promise<void> {
  for (const pause of REMOVAL_MS) {
    try {
      await rmdir(dir);
      return;
    } catch (error) {
      // EBUSY: members are still dying. What stays is swept by a later run.
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return;
      await sleep(pause);
    }
  }
}

/** Removes the groups of runs that are no more. One with members cannot be removed, and stays. */
async function sweep(place: Hierarchy): Promise<void> {
  for (const above of new Set([place.memory, place.pids])) {
    for (const name of await readdir(above)) {
      if (await isOrphan(name)) await rmdir(join(above, name)).catch(() => undefined);
    }
  }
}
