// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { ensureDirectory } from '../host/files.js';
import type { Step } from '../model/step.js';
import { applySeries } from '../series/apply-series.js';
import { refuseRejects } from '../series/rejection.js';
import { writeEntry } from '../series/write-entry.js';

/**
 * Applies a recipe's series to a pristine tree, which is only read. Without a tree the whole files are
 * laid out alone and the patches, which have nothing to go on, are left out of the ledger.
 */
export const patch: Step<'patch'> = async ({ series, fuzz }, ctx) => {
  const scratch = join(ctx.scratch, 'contents');
  await ensureDirectory(scratch);
  const { ledger, draft } = await applySeries(series, {
    project: ctx.project,
    sources: Object.fromEntries(Object.entries(ctx.needs).map(([role, { dir }]) => [role, dir])),
    tree: ctx.needs['tree']?.dir,
    scratch,
    fuzz,
    signal: ctx.signal,
    onPatch: (done, total, note) => {
      ctx.progress({ done, total, unit: 'files', note });
    },
  });
  refuseRejects(ledger);
  for (const { outcome, patch: name, fuzz: lines } of ledger) {
    if (outcome === 'fuzz') ctx.warn(`${name} went on with fuzz ${String(lines)}`);
    if (outcome === 'already-there') ctx.warn(`${name} is in the tree already`);
  }
  await writeEntry(draft, ledger, ctx.out);
  return { facts: { ledger } };
};
