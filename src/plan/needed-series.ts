// SPDX-License-Identifier: GPL-2.0-only
import type { ProjectPatch, Series, SourceFile, ToolNeed } from '../model/recipe.js';

/** Versions of the tools that a run compiles with, as far as they are known: numbers and dots. */
export type ToolVersions = Readonly<Partial<Record<ToolNeed['tool'], string>>>;

/**
 * A series for one run: a patch that answers to a newer tool than the run's is marked as not needed. A tool
 * of which nothing is known counts as new.
 */
export function neededSeries(series: readonly Series[], tools: ToolVersions): Series[] {
  const marked = (patch: ProjectPatch | SourceFile): ProjectPatch | SourceFile => {
    if (!('neededWith' in patch)) return patch;
    const { tool, from } = patch.neededWith;
    const found = tools[tool];
    if (found === undefined || !isOlder(found, from)) return patch;
    return { ...patch, notNeeded: `it is for ${tool} ${from} and later, and this is ${found}` };
  };
  return series.map((each) => ({ ...each, patches: each.patches.map(marked) }));
}

function isOlder(version: string, other: string): boolean {
  const [a, b] = [numbers(version), numbers(other)];
  const at = b.findIndex((number, index) => number !== (a[index] ?? 0));
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

const numbers = (version: string): number[] => version.split('.').map(Number);
