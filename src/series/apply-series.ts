// SPDX-License-Identifier: GPL-2.0-only
import type { LedgerLine } from '../model/ledger.js';
import type { Series } from '../model/recipe.js';
import { applyPatch } from './apply-patch.js';
import { Draft } from './draft.js';
import { layOver } from './overlay-files.js';
import { parsePatch } from './parse-patch.js';
import { readProjectFile } from './project-file.js';

export interface SeriesOptions {
  /** The project's root, where the series' files lie. */
  readonly project: string;
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
 * that the ledger is whole. Whether a reject is a failure is the caller's to say.
 *
 * @throws Failed `recipe-invalid` for a patch that is malformed or leads out of the tree;
 *   `patch-rejected` where the tree has a link in the way
 */
export async function applySeries(
  series: readonly Series[],
  options: SeriesOptions,
): Promise<Applied> {
  const parsed =
    options.tree === undefined ? new Map<string, never>() : await parseAll(series, options);
  const ledger: LedgerLine[] = [];
  let draft = new Draft(options.tree, options.scratch);
  let done = 0;
  for (const { name, patches, overlays } of series) {
    for (const patch of patches) {
      const changes = parsed.get(patch.path);
      if (changes === undefined) continue;
      options.onPatch?.(done, parsed.size, patch.path);
      const applied = await applyPatch(draft, changes, options);
      draft = applied.draft;
      ledger.push({
        series: name,
        patch: patch.path,
        sha256: patch.sha256,
        kind: 'patch',
        ...applied.result,
      });
      done += 1;
    }
    for (const overlay of overlays) {
      ledger.push(...(await layOver(draft, overlay, name, options.project)));
    }
  }
  return { ledger, draft };
}

async function parseAll(
  series: readonly Series[],
  { project }: SeriesOptions,
): Promise<Map<string, ReturnType<typeof parsePatch>>> {
  const parsed = new Map<string, ReturnType<typeof parsePatch>>();
  for (const patch of series.flatMap(({ patches }) => patches)) {
    const content = await readProjectFile(project, patch);
    parsed.set(patch.path, parsePatch(content.toString('latin1'), patch.path));
  }
  return parsed;
}
