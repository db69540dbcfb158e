// SPDX-License-Identifier: GPL-2.0-only
import type { Source, Unpack } from '../model/source.js';
import type { Task, TaskParams } from '../model/task.js';

/** Fetches the source called `name`; `what` is for people. */
export function fetchTask(name: string, what: string, source: Source): Task {
  return {
    id: `fetch:${name}`,
    verb: 'fetch',
    title: `fetch ${what}`,
    needs: {},
    params: { name, source },
    host: {},
  };
}

/** Unpacks what `fetch:<name>` brought. @param expected what has to come out, see TaskParams */
export function unpackTask(
  name: string,
  what: string,
  unpack: Unpack,
  expected: Pick<TaskParams['unpack'], 'kernel'> = {},
): Task {
  return {
    id: `unpack:${name}`,
    verb: 'unpack',
    title: `unpack ${what}`,
    needs: { fetch: `fetch:${name}` },
    params: { name, unpack, ...expected },
    host: {},
  };
}
