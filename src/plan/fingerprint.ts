// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import type { Task, Verb } from '../model/task.js';

/**
 * Raised by hand when a step's code changes what it yields for the same inputs. Without this an old
 * entry would be taken for the new code's.
 */
const REVISION: Readonly<Record<Verb, number>> = {
  toolchain: 2,
  fetch: 1,
  unpack: 1,
  patch: 1,
  configure: 2,
  compile: 2,
  package: 1,
  image: 2,
  verify: 3,
};

/**
 * Everything that a task's result depends on; the cache key is the SHA-256 of its canonical JSON.
 * Nothing else may influence a step: no clock, no environment, no path of the user's.
 */
export interface Fingerprint {
  readonly verb: Verb;
  /** Revision of the step's own code. */
  readonly revision: number;
  /** The task's parameters: recipe values, and project files by path and digest. */
  readonly params: unknown;
  /** Versions of the host's or the builder's tools that shape the result. */
  readonly host: Readonly<Record<string, string>>;
  /** Output digests of the tasks it needs, by role: unchanged outputs leave dependents alone. */
  readonly needs: Readonly<Record<string, string>>;
  /** What a moving source (an apt package, a local tree) stands for right now. */
  readonly resolved: readonly string[];
}

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
function canonical(value: unknown): string {
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
