// SPDX-License-Identifier: GPL-2.0-only
import type { LockedDeb } from '../../model/source.js';
import { parseStanzas } from '../../sources/index.js';

/** Where dpkg keeps what is installed, below a root. */
export const STATUS = 'var/lib/dpkg/status';

/**
 * What differs between a lock and the packages that a root has, a line each for people.
 *
 * @param status text of the root's `var/lib/dpkg/status`
 */
export function rootDifferences(status: string, lock: readonly LockedDeb[]): string[] {
  const stanzas = parseStanzas(status).filter(({ Status }) => Status === 'install ok installed');
  const installed = new Map(stanzas.map(({ Package = '', Version = '' }) => [Package, Version]));
  const locked = new Set(lock.map(({ name }) => name));
  return [
    ...lock.flatMap(({ name, version }) => {
      const found = installed.get(name);
      if (found === undefined) return [`${name} ${version} is not in the root`];
      return found === version ? [] : [`${name} is ${found} in the root, not ${version}`];
    }),
    ...[...installed].flatMap(([name, version]) =>
      locked.has(name) ? [] : [`${name} ${version} is in the root, but not in the lock`],
    ),
  ];
}
