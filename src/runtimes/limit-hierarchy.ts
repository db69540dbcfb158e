// SPDX-License-Identifier: GPL-2.0-only
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** Where a command's control groups can be made, as cgroups(7) has them. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** Directories of the control groups above, by controller; in version 2 the same one. */
  readonly memory: string;
  readonly pids: string;
}

/** A mount of control groups, from /proc/self/mountinfo; see proc(5). */
interface Mount {
  readonly root: string;
  readonly at: string;
  readonly type: string;
  readonly options: readonly string[];
}

/**
 * Places to try, best first: below the control group that this process is in, and, since in version 2
 * a group that has members cannot limit its children, beside it.
 */
export async function hierarchies(): Promise<Hierarchy[]> {
  const [groups, mounts] = await Promise.all([
    readFile('/proc/self/cgroup', 'utf8').catch(() => ''),
    readFile('/proc/self/mountinfo', 'utf8').catch(() => ''),
  ]);
  return placesOf(groups, mounts);
}

/**
 * @param groups text of /proc/self/cgroup
 * @param mountinfo text of /proc/self/mountinfo
 */
export function placesOf(groups: string, mountinfo: string): Hierarchy[] {
  const mounts = mountinfo.split('\n').flatMap(parseMount);
  const places: Hierarchy[] = [];
  const own = ownGroup(
    groups,
    '',
    mounts.find(({ type }) => type === 'cgroup2'),
  );
  if (own !== undefined) {
    places.push({ version: 2, memory: own.dir, pids: own.dir });
    if (!own.top) places.push({ version: 2, memory: dirname(own.dir), pids: dirname(own.dir) });
  }
  const [memory, pids] = ['memory', 'pids'].map((name) => {
    const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(name));
    return ownGroup(groups, name, mount);
  });
  if (memory !== undefined && pids !== undefined) {
    places.push({ version: 1, memory: memory.dir, pids: pids.dir });
  }
  return places;
}

function parseMount(line: string): Mount[] {
  const [left, right] = line.split(' - ');
  const [, , , root, at] = left?.split(' ') ?? [];
  const [type, , options] = right?.split(' ') ?? [];
  if (root === undefined || at === undefined || type === undefined) return [];
  return [{ root, at, type, options: options?.split(',') ?? [] }];
}

/** Directory of the control group that this process is in; version 2 has no controllers in its line. */
function ownGroup(
  groups: string,
  controller: string,
  mount: Mount | undefined,
): { dir: string; top: boolean } | undefined {
  if (mount === undefined) return undefined;
  for (const line of groups.split('\n')) {
    const [, names, ...path] = line.split(':');
    if (names?.split(',').includes(controller) !== true) continue;
    const below = relative(mount.root, path.join(':'));
    if (below.startsWith('..')) return undefined;
    return { dir: join(mount.at, below), top: below === '' };
  }
  return undefined;
}

/** Sees to it that children of a version 2 group can have limits; fails where they cannot. */
export async function delegate(dir: string): Promise<void> {
  const file = join(dir, 'cgroup.subtree_control');
  const on = (await readFile(file, 'utf8')).trim().split(' ');
  const missing = ['memory', 'pids'].filter((name) => !on.includes(name));
  if (missing.length > 0) await writeFile(file, missing.map((name) => `+${name}`).join(' '));
}
