// SPDX-License-Identifier: GPL-2.0-only
import type { Fingerprint } from '../model/store.js';
import type { Plan, Task } from '../model/task.js';
import { fingerprint, keyOf } from '../plan/fingerprint.js';
import type { LookupEnvironment } from './environment.js';
import { digestRead } from './reads.js';
import { resolved } from './resolve.js';
import { stored } from './stored.js';

/** Why a step would run, or would not. */
export type Why = { readonly task: Task } &
  /** Its output is in the store: nothing that it depends on has changed. */
  (
    | { readonly kind: 'kept'; readonly created: string }
    /** The store has no output of that step for anything. */
    | { readonly kind: 'new' }
    /** Compared with the output in the store that is the most alike. */
    | { readonly kind: 'changed'; readonly created: string; readonly changes: readonly Change[] }
    /** What it needs is made again first. */
    | { readonly kind: 'behind'; readonly causes: readonly Why[] }
  );

/** An input that was another. */
export interface Change {
  /** Such as `host gcc`, `patches/linux/layer7/files/…/layer7_match.c sha256`. */
  readonly input: string;
  readonly was?: string;
  readonly is?: string;
}

/**
 * Says which input of a step has changed since its output in the store was made.
 *
 * @throws Failed as sources/index.ts says, for a moving source that can't be resolved
 */
export async function why(plan: Plan, task: Task, env: LookupEnvironment): Promise<Why> {
  const digests: Record<string, string> = {};
  const causes: Why[] = [];
  for (const [role, id] of Object.entries(task.needs)) {
    const need = plan.tasks.find((each) => each.id === id);
    if (need === undefined) throw new Error(`${task.id} needs ${id}, which is not in the plan`);
    const entry = await stored(plan, id, env);
    if (entry === undefined) causes.push(await why(plan, need, env));
    else digests[role] = digestRead(task, role, entry.manifest);
  }
  if (causes.length > 0) return { task, kind: 'behind', causes };
  const print = fingerprint(task, digests, await resolved(task, env));
  const entry = await env.store.lookup(keyOf(print));
  if (entry !== undefined) return { task, kind: 'kept', created: entry.manifest.created };
  const others = (await env.store.entries()).flatMap(
    ({ manifest: { inputs, created, ...other } }) =>
      other.task === task.id && inputs !== undefined
        ? [{ created, changes: changesOf(inputs, print, task) }]
        : [],
  );
  const [nearest] = others.sort((a, b) => a.changes.length - b.changes.length);
  return nearest === undefined ? { task, kind: 'new' } : { task, kind: 'changed', ...nearest };
}

/** What is in one of two fingerprints and not in the other. */
function changesOf(was: Fingerprint, is: Fingerprint, task: Task): Change[] {
  const [before, after] = [was, is].map((print) => {
    const { needs, ...rest } = print;
    const outputs = Object.entries(needs).map(
      ([role, digest]) => [`output of ${task.needs[role] ?? role}`, digest] as const,
    );
    return new Map([...flat({ ...rest }, []), ...outputs]);
  });
  const names = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  return [...names].sort().flatMap((input) => {
    const [old, now] = [before?.get(input), after?.get(input)];
    if (old === now) return [];
    return [
      {
        input,
        ...(old === undefined ? {} : { was: old }),
        ...(now === undefined ? {} : { is: now }),
      },
    ];
  });
}

/** Data as its leaves, each under a name: what has a path, a symbol or a name goes by that alone. */
function flat(value: unknown, trail: readonly string[]): (readonly [string, string])[] {
  if (Array.isArray(value)) {
    return value.flatMap((each: unknown, index) => {
      const own = identityOf(each);
      return flat(each, own === undefined ? [...trail, String(index + 1)] : [own]);
    });
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, member]) => flat(member, [...trail, name]));
  }
  return value === undefined
    ? []
    : [[trail.join(' '), JSON.stringify(value).replace(/^"(.*)"$/, '$1')]];
}

function identityOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { path, symbol, name } = value as Readonly<Record<string, unknown>>;
  return [path, symbol, name].find((each) => typeof each === 'string');
}
