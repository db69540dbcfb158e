// SPDX-License-Identifier: GPL-2.0-only
import type { LedgerLine } from '../model/ledger.js';
import { applyFile, type Direction } from './apply-file.js';
import type { Draft } from './draft.js';
import { reversed, touched, type FilePatch } from './file-patch.js';

/** How a whole patch went on; the part of its ledger line that the tree decides. */
export type PatchResult = Pick<LedgerLine, 'outcome' | 'offset' | 'fuzz' | 'files' | 'rejects'>;

/** patch(1)'s own default, and the most that a hunk of three context lines can give up and keep one. */
const GENEROUS_FUZZ = 2;

interface Attempt {
  readonly draft: Draft;
  readonly offset: number;
  readonly fuzz: number;
  readonly rejects: readonly string[];
}

/**
 * Applies a patch whole or not at all.
 *
 * @param draft the tree so far; left alone
 * @returns the result, and the tree with the patch: `draft` itself if the patch was rejected or there already
 */
export async function applyPatch(
  draft: Draft,
  changes: readonly FilePatch[],
  options: Omit<Direction, 'reverse'>,
): Promise<{ readonly result: PatchResult; readonly draft: Draft }> {
  const files = [...new Set(changes.flatMap(touched))].sort();
  const forward = await attempt(draft, changes, { ...options, reverse: false });
  if (forward.rejects.length === 0) {
    const { offset, fuzz, rejects } = forward;
    const outcome = fuzz > 0 ? 'fuzz' : offset === 0 ? 'clean' : 'offset';
    return { draft: forward.draft, result: { outcome, offset, fuzz, files, rejects } };
  }
  const backward = await attempt(draft, changes.map(reversed).reverse(), {
    ...options,
    fuzz: 0,
    reverse: true,
  });
  const there = backward.rejects.length === 0;
  const rejects = there ? [] : [...forward.rejects, ...(await withFuzz(draft, changes, options))];
  const outcome = there ? 'already-there' : 'rejected';
  return { draft, result: { outcome, offset: 0, fuzz: 0, files, rejects } };
}

async function attempt(
  draft: Draft,
  changes: readonly FilePatch[],
  direction: Direction,
): Promise<Attempt> {
  const fork = draft.fork();
  const rejects: string[] = [];
  let offset = 0;
  let fuzz = 0;
  for (const change of changes) {
    const file = await applyFile(fork, change, direction);
    rejects.push(...file.rejects);
    if (Math.abs(file.offset) > Math.abs(offset)) offset = file.offset;
    fuzz = Math.max(fuzz, file.fuzz);
  }
  return { draft: fork, offset, fuzz, rejects };
}

/** One more line for a reject that a little fuzz would let through. */
async function withFuzz(
  draft: Draft,
  changes: readonly FilePatch[],
  options: Omit<Direction, 'reverse'>,
): Promise<string[]> {
  if (options.fuzz >= GENEROUS_FUZZ) return [];
  const loose = await attempt(draft, changes, { ...options, fuzz: GENEROUS_FUZZ, reverse: false });
  if (loose.rejects.length > 0) return [];
  return [
    `with --fuzz ${String(loose.fuzz)} it would go on: look at the result before you trust it`,
  ];
}
