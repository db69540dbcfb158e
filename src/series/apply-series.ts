// SPDX-License-Identifier: GPL-2.0-only
import type { LedgerLine } from '../model/ledger.js';
import type { Series } from '../model/recipe.js';
import { applyPatch } from './apply-patch.js';
import { Draft } from './draft.js';
import { layOver } from './overlay-files.js';
import { parsePatch } from './parse-patch.js';
import { readSeriesFile, type SeriesPlaces } from './series-file.js';

export interface SeriesOptions extends SeriesPlaces {
  /** The pristine tree, only read. Undefined: whole files only; patches are left out. */
  readonly tree: string | undefined;
  /** Empty directory for contents. */
  readonly scratch: string;
  /** Context lines that a hunk may give up at its ends. */
  readonly fuzz: number;
  readonly signal?: AbortSignal;
  /** Called before each patch with how many are done. */
  readonly onPatch?: (done: number, total: number, patch: string) => void;
}

export interface Applied {
  /** One line per patch and per whole file, in the order of application. */
  readonly ledger: readonly LedgerLine[];
  /** The tree with everything that was not rejected. */
  readonly draft: Draft;
}

/**
 * Applies every series in order, each one's patches before its whole files. All patches are read and
 * checked before the first is applied; a rejected one does not keep the following from being tried, so
 * that the ledger is whole. Whether a reject is a failure is the caller's to say. A patch that the run's
 * tools make needless is left out, and told.
 *
 * @throws Failed `recipe-invalid` for a patch that is malformed or leads out of the tree;
 *   `source-missing` for one that its source does not have;
 *   `patch-rejected` where the tree has a link in the way
 */
export async function applySeries(
  series: readonly Series[],
  options: SeriesOptions,
): Promise<Applied> {
  const parsed = await parseAll(series, options);
  const ledger: LedgerLine[] = [];
  let draft = new Draft(options.tree, options.scratch);
  let done = 0;
  for (const { name, patches, overlays } of series) {
    for (const patch of options.tree === undefined ? [] : patches) {
      const read = parsed.get(patch);
      if (read === undefined) {
        ledger.push(leftOut(name, patch));
        continue;
      }
      const { changes, ...file } = read;
      options.onPatch?.(done, parsed.size, file.patch);
      const applied = await applyPatch(draft, changes, options);
      draft = applied.draft;
      ledger.push({ series: name, ...file, kind: 'patch', ...applied.result });
      done += 1;
    }
    for (const overlay of overlays) {
      ledger.push(...(await layOver(draft, overlay, name, options)));
    }
  }
  return { ledger, draft };
}

type Patch = Series['patches'][number];

/** A patch's words in the ledger, and what it changes. */
interface Parsed extends Pick<LedgerLine, 'patch' | 'sha256'> {
  readonly changes: ReturnType<typeof parsePatch>;
}

/** Reads all patches but those that the run does not need. */
async function parseAll(
  series: readonly Series[],
  options: SeriesOptions,
): Promise<Map<Patch, Parsed>> {
  const parsed = new Map<Patch, Parsed>();
  if (options.tree === undefined) return parsed;
  for (const patch of series.flatMap(({ patches }) => patches)) {
    if ('notNeeded' in patch) continue;
    const { name, content, sha256 } = await readSeriesFile(patch, options);
    parsed.set(patch, {
      patch: name,
      sha256,
      changes: parsePatch(content.toString('latin1'), name),
    });
  }
  return parsed;
}

function leftOut(series: string, patch: Patch): LedgerLine {
  if (!('notNeeded' in patch)) throw new Error(`${patch.path} was not read`);
  const { path, sha256, notNeeded: why = '' } = patch;
  const nothing = { offset: 0, fuzz: 0, files: [], rejects: [] };
  return { series, patch: path, sha256, kind: 'patch', outcome: 'not-needed', why, ...nothing };
}
