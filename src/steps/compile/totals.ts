// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { readJson, writeAtomically } from '../../host/files.js';
import type { StepContext } from '../../model/step.js';
import { need } from '../needs.js';

/** Roles whose content decides how many objects a compile has; what a patch adds to them is little. */
const ROLES = ['tree', 'headers', 'config'] as const;

type Context = Pick<StepContext, 'cache' | 'needs' | 'taskId'>;

/** How many objects the last whole compile of the same sources had, where the store knows. */
export async function lastTotal(ctx: Context): Promise<number | undefined> {
  const known = (await allTotals(ctx))[nameOf(ctx)];
  return typeof known === 'number' ? known : undefined;
}

/** Keeps what a whole compile has counted. It is only shown, so nothing depends on its being written. */
export async function noteTotal(ctx: Context, objects: number): Promise<void> {
  try {
    const totals = { ...(await allTotals(ctx)), [nameOf(ctx)]: objects };
    await writeAtomically(fileIn(ctx), JSON.stringify(totals));
  } catch {
    // Whatever keeps it from being written is told by what matters more.
  }
}

async function allTotals(ctx: Context): Promise<Record<string, unknown>> {
  const known = await readJson(fileIn(ctx));
  return typeof known === 'object' && known !== null ? { ...known } : {};
}

function fileIn({ cache }: Context): string {
  return join(cache, 'objects.json');
}

function nameOf(ctx: Context): string {
  const digests = ROLES.filter((role) => role in ctx.needs).map((role) =>
    need(ctx, role).manifest.digest.slice(0, 16),
  );
  return [ctx.taskId, ...digests].join(' ');
}
