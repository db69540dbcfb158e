// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../host/files.js';
import { applySeries, type Applied } from './apply-series.js';
import type { Series } from '../model/recipe.js';
import type { SeriesPlaces } from './series-file.js';

export interface Trial extends SeriesPlaces {
  readonly series: readonly Series[];
  /** The tree to try on; only read. */
  readonly tree: string;
  readonly fuzz: number;
  readonly signal?: AbortSignal;
}

/**
 * Applies series outside of a build: nothing is left behind, whatever comes of it.
 *
 * @param use gets the ledger and the draft while its contents exist
 * @throws as applySeries
 */
export async function trySeries<T>(
  trial: Trial,
  use: (applied: Applied) => Promise<T> | T,
): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'l7build-patch-'));
  try {
    return await use(await applySeries(trial.series, { ...trial, scratch }));
  } finally {
    await removeTree(scratch);
  }
}
