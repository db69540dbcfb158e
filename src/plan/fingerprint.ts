// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import type { Fingerprint } from '../model/store.js';
import type { Task, Verb } from '../model/task.js';

/**
 * Raised by hand when a step's code changes what it yields for the same inputs. Without this an old
 * entry would be taken for the new code's.
 */
const REVISION: Readonly<Record<Verb, number>> = {
  toolchain: 2,
  userland: 1,
  fetch: 1,
  unpack: 1,
  patch: 1,
  configure: 2,
  compile: 2,
  package: 1,
  image: 4,
  disk: 1,
  container: 1,
  verify: 3,
};

/**
 * The inputs of a task as data, for the key and for people who ask why a step runs.
 *
 * @param needs output digest of each needed task, by role
 * @param resolved identity of a moving source, empty for all else
 */
export function fingerprint(
  task: Task,
  needs: Readonly<Record<string, string>>,
  resolved: readonly string[],
): Fingerprint {
  return {
    verb: task.verb,
    revision: REVISION[task.verb],
    params: task.params,
    host: task.host,
    needs,
    resolved,
  };
}

/** Cache key of a fingerprint: 64 hex digits. */
export function keyOf(print: Fingerprint): string {
  return createHash('sha256').update(canonical(print)).digest('hex');
}

/** JSON with the keys of every object sorted, so that equal data has equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
    return `{${members.join(',')}}`;
  }
  return value === undefined ? 'null' : JSON.stringify(value);
}
