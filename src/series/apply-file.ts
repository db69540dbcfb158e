// SPDX-License-Identifier: GPL-2.0-only
import { stat, writeFile } from 'node:fs/promises';
import type { Draft } from './draft.js';
import type { FilePatch } from './file-patch.js';
import { runPatch, type HunkReport } from './gnu-patch.js';
import { mismatch } from './mismatch.js';

export interface Direction {
  readonly fuzz: number;
  readonly reverse: boolean;
  readonly signal?: AbortSignal;
}

/** How one file's change went on; nothing is changed in the draft if there are rejects. */
export interface FileOutcome {
  readonly offset: number;
  readonly fuzz: number;
  /** Why it does not fit, for people; empty if it does. */
  readonly rejects: readonly string[];
}

const FITS: FileOutcome = { offset: 0, fuzz: 0, rejects: [] };

/**
 * Applies what a patch does to one file.
 *
 * @param change the change in the direction it is to take (see `reversed`)
 * @throws Failed `patch-rejected` if a link or a directory is in the way
 */
export async function applyFile(
  draft: Draft,
  change: FilePatch,
  direction: Direction,
): Promise<FileOutcome> {
  const source = change.from ?? change.path;
  const old = await draft.current(source);
  const fault = await obstacle(draft, change, old?.file);
  if (fault !== undefined) return { ...FITS, rejects: [`${change.path}: ${fault}`] };
  const from = old?.file ?? (await emptyFile(draft));
  const patched =
    change.hunks.length === 0 ? unpatched(from) : await patch(draft, change, from, direction);
  if (patched.rejects.length > 0) return patched;
  const left = (await stat(patched.to)).size;
  if (change.kind === 'delete' && left > 0) {
    return { ...FITS, rejects: [`${change.path}: holds more than the patch deletes`] };
  }
  if (source !== change.path || change.kind === 'delete') draft.remove(source);
  if (change.kind !== 'delete') {
    const executable = change.newExecutable ?? old?.executable ?? false;
    draft.set(change.path, { file: patched.to, executable });
  }
  return patched;
}

/** What about the tree's files, before any line is looked at, does not fit the change. */
async function obstacle(
  draft: Draft,
  { kind, path, from, hunks, newExecutable }: FilePatch,
  old: string | undefined,
): Promise<string | undefined> {
  if (kind === 'create') {
    if (old === undefined) return undefined;
    // patch(1) fills a file that exists and is empty; without hunks there is nothing to fill it with.
    const free = hunks.length > 0 && (await stat(old)).size === 0;
    return free ? undefined : 'is to be created, but the tree has it already';
  }
  if (old === undefined) return `the tree has no ${from ?? 'such file'}`;
  if (kind === 'rename') {
    const target = await draft.current(path);
    return target === undefined ? undefined : `${String(from)} is to get this name, which is taken`;
  }
  if (kind === 'modify' && hunks.length === 0) {
    const current = await draft.current(path);
    return current?.executable === newExecutable ? 'has the wanted mode already' : undefined;
  }
  return undefined;
}

async function emptyFile(draft: Draft): Promise<string> {
  const file = draft.newFile();
  await writeFile(file, '');
  return file;
}

interface Patched extends FileOutcome {
  readonly to: string;
}

function unpatched(from: string): Patched {
  return { ...FITS, to: from };
}

async function patch(
  draft: Draft,
  change: FilePatch,
  from: string,
  direction: Direction,
): Promise<Patched> {
  const to = draft.newFile();
  const reports = await runPatch(change, { ...direction, from, to, hunks: draft.newFile() });
  const rejects: string[] = [];
  for (const [index, report] of reports.entries()) {
    const hunk = change.hunks[index];
    if (report.applied || hunk === undefined) continue;
    const name = `hunk ${String(index + 1)} of ${String(reports.length)}`;
    rejects.push(...(await mismatch(change.path, name, hunk, from, direction.reverse)));
  }
  return { to, rejects, offset: largest(reports, 'offset'), fuzz: largest(reports, 'fuzz') };
}

/** The value farthest from 0 among hunks that applied. */
function largest(reports: readonly HunkReport[], what: 'offset' | 'fuzz'): number {
  return reports
    .filter((report) => report.applied)
    .reduce((most, report) => (Math.abs(report[what]) > Math.abs(most) ? report[what] : most), 0);
}
