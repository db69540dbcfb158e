// SPDX-License-Identifier: GPL-2.0-only
import { cgroupLimiter } from './limit-cgroup.js';
import { hierarchies } from './limit-hierarchy.js';
import { rlimitLimiter } from './limit-rlimits.js';
import { systemdLimiter } from './limit-systemd.js';
import { UNLIMITED, type Allowance, type Limiter } from './limits.js';

/**
 * The best way to limit commands that works here, found by trying: a scope of systemd, control groups
 * of our own, prlimit(1).
 *
 * @param ownUsers commands run in a user namespace of their own
 */
export async function findLimiter(allowed: Allowance, ownUsers: boolean): Promise<Limiter> {
  const places = await hierarchies();
  const ways = [
    () => systemdLimiter(allowed),
    ...places.map((place) => () => cgroupLimiter(place, allowed)),
    () => rlimitLimiter(allowed, ownUsers),
  ];
  for (const way of ways) {
    try {
      return await way();
    } catch {
      // It does not work here, for one of many reasons; the next one.
    }
  }
  return UNLIMITED;
}
