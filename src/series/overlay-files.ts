// SPDX-License-Identifier: GPL-2.0-only
import { posix } from 'node:path';
import { Failed } from '../model/failure.js';
import type { LedgerLine } from '../model/ledger.js';
import type { Overlay, ProjectFile, SourceFile } from '../model/recipe.js';
import type { Draft } from './draft.js';
import { pathFault } from './safe-path.js';
import { readSeriesFile, type SeriesPlaces } from './series-file.js';

/** What of a ledger line does not depend on the tree. */
type Named = Pick<LedgerLine, 'series' | 'patch' | 'sha256' | 'kind' | 'files' | 'offset' | 'fuzz'>;

/**
 * Lays a directory of whole files over the tree. A file that the tree has with another content is
 * never overwritten: that is a reject, like a hunk that does not fit.
 *
 * @returns one ledger line per file
 */
export async function layOver(
  draft: Draft,
  overlay: Overlay,
  series: string,
  places: SeriesPlaces,
): Promise<LedgerLine[]> {
  const lines: LedgerLine[] = [];
  for (const file of overlay.files) {
    const path = target(overlay, file);
    const { name, content, sha256, executable } = await readSeriesFile(file, places);
    const named: Named = {
      series,
      patch: name,
      sha256,
      kind: 'file',
      files: [path],
      offset: 0,
      fuzz: 0,
    };
    const there = await draft.read(path);
    if (there === undefined) {
      await draft.write(path, content, executable);
      lines.push({ ...named, outcome: 'clean', rejects: [] });
    } else {
      const difference = firstDifference(content.toString('latin1'), there);
      const outcome = difference === undefined ? 'already-there' : 'rejected';
      const rejects =
        difference === undefined ? [] : [`${path}: the tree has it already, ${difference}`];
      lines.push({ ...named, outcome, rejects });
    }
  }
  return lines;
}

/** Where a file of an overlay comes to stand in the tree. */
function target(overlay: Overlay, file: ProjectFile | SourceFile): string {
  const inside = posix.relative(overlay.from, file.path);
  const path = posix.join(overlay.to, inside);
  const fault =
    pathFault(path) ?? (inside.startsWith('..') ? 'is not below its folder' : undefined);
  if (fault === undefined) return path;
  throw new Failed({
    reason: 'recipe-invalid',
    message: `the overlay ${overlay.from} cannot lay ${file.path} over the tree: ${path} ${fault}`,
    hints: ["an overlay's `to` is a directory below the tree's root; `.` is the root itself"],
  });
}

function firstDifference(ours: string, theirs: string): string | undefined {
  if (ours === theirs) return undefined;
  const lines = theirs.split('\n');
  const at = ours.split('\n').findIndex((line, index) => line !== lines[index]);
  return `and differs from line ${String(at < 0 ? lines.length : at + 1)} on`;
}
