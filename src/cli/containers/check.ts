// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, type ExitCode } from '../../model/failure.js';
import type { ToolchainRecipe, UserlandRecipe } from '../../model/recipe.js';
import { changeLines, loadLocked, lockChanges, type LockChanges } from '../../recipe/index.js';
import { resolveSet } from '../../sources/index.js';
import { PROJECT, storeRoot } from '../paths.js';
import { writeLine } from '../screen.js';
import { STATUS, rootDifferences } from './installed.js';
import { dayOf } from './list.js';
import { storedRoot } from './root.js';

/** How far a toolchain, or a userland, has drifted from what it was pinned to. */
interface Drift {
  readonly name: string;
  readonly suite: string;
  /** Day of the lock. */
  readonly locked: string;
  readonly packages: number;
  /** What writing the lock anew would change. */
  readonly suiteNow: LockChanges;
  /** What differs between the lock and the root, a line each; null where there is no root, as a userland has none. */
  readonly root: readonly string[] | null;
  readonly drifted: boolean;
}

/**
 * `l7build containers check [NAME]`: locks against what the suites have now, and roots against locks.
 *
 * @returns 0 without drift, 1 with
 * @throws Failed as `loadLocked` and `resolveSet`
 */
export async function checkToolchains(
  name: string | undefined,
  { json }: { readonly json: boolean },
  signal: AbortSignal,
): Promise<ExitCode> {
  const recipes = await loadLocked(PROJECT, name);
  const { waiting } = await import('../../ui/waiting.js');
  const drifts: Drift[] = [];
  for (const recipe of recipes) {
    const asking = `asking the mirror for Debian ${recipe.suite} (${recipe.name})`;
    drifts.push(await waiting(asking, () => driftOf(recipe, signal)));
  }
  if (json) writeLine(JSON.stringify(drifts, null, 2));
  else for (const drift of drifts) for (const line of driftLines(drift)) writeLine(line);
  return drifts.some(({ drifted }) => drifted) ? EXIT.buildFailed : EXIT.verified;
}

async function driftOf(
  recipe: ToolchainRecipe | UserlandRecipe,
  signal: AbortSignal,
): Promise<Drift> {
  const { name, suite, packages, lock } = recipe;
  const now = await resolveSet(suite, packages, {
    cache: storeRoot(process.env),
    policy: { mirrors: [], offline: false },
    signal,
  });
  const suiteNow = lockChanges(lock.debs, now.debs);
  const entry = recipe.kind === 'toolchain' ? await storedRoot(recipe, signal) : undefined;
  const root =
    entry === undefined
      ? null
      : rootDifferences(await readFile(join(entry.dir, 'root', STATUS), 'utf8'), lock.debs);
  return {
    name,
    suite,
    locked: dayOf(lock.snapshot),
    packages: lock.debs.length,
    suiteNow,
    root,
    drifted: changeLines(suiteNow).length + (root?.length ?? 0) > 0,
  };
}

function driftLines({ name, suite, locked, packages, suiteNow, root }: Drift): string[] {
  const changes = changeLines(suiteNow);
  const security = suiteNow.changed.filter((each) => each.security).length;
  const urgent = security === 0 ? '' : `, ${String(security)} of them for security`;
  return [
    `${name}: ${String(packages)} packages pinned on ${locked}, ` +
      (changes.length === 0
        ? `the same that Debian ${suite} has now`
        : `of which Debian ${suite} has ${String(changes.length)} otherwise now${urgent}`),
    ...changes.map((line) => `  ${line}`),
    ...(changes.length === 0 ? [] : [`  -> l7build containers update ${name}`]),
    root === null
      ? '  no root here'
      : `  root: ${root.length === 0 ? 'what the lock says' : 'not what the lock says'}`,
    ...(root ?? []).map((line) => `  ! ${line}`),
    ...(root === null || root.length === 0
      ? []
      : [`  -> l7build containers remove ${name}, and build it again`]),
  ];
}
