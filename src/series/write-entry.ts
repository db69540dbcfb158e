// SPDX-License-Identifier: GPL-2.0-only
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LedgerLine } from '../model/ledger.js';
import type { Draft, DraftFile } from './draft.js';
import { filePatchText } from './plain-patch.js';

/** One path on which a draft differs from its pristine tree. */
export interface Difference {
  readonly path: string;
  readonly before: DraftFile | undefined;
  readonly after: DraftFile | undefined;
}

/** Paths on which a draft differs from its pristine tree, sorted. */
export async function differences(draft: Draft): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const path of draft.changed) {
    const before = await draft.pristineFile(path);
    const after = await draft.current(path);
    if (!(await same(before, after))) found.push({ path, before, after });
  }
  return found;
}

async function same(a: DraftFile | undefined, b: DraftFile | undefined): Promise<boolean> {
  if (a === undefined || b === undefined) return a === b;
  if (a.executable !== b.executable) return false;
  return (await readFile(a.file)).equals(await readFile(b.file));
}

/** Everything of a draft as one patch that `patch -p1` applies to the pristine tree. */
export async function plainPatch(draft: Draft): Promise<string> {
  const parts = [];
  for (const difference of await differences(draft)) parts.push(await filePatchText(difference));
  return parts.join('');
}

/**
 * Writes a patch step's output: `overlay/` with every file that differs from the pristine tree,
 * `removed.json`, `ledger.json` and `layer7.patch`.
 *
 * @param out existing directory
 */
export async function writeEntry(
  draft: Draft,
  ledger: readonly LedgerLine[],
  out: string,
): Promise<void> {
  const removed: string[] = [];
  await mkdir(join(out, 'overlay'), { recursive: true });
  for (const { path, after } of await differences(draft)) {
    if (after === undefined) {
      removed.push(path);
      continue;
    }
    const to = join(out, 'overlay', path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, await readFile(after.file));
    await chmod(to, after.executable ? 0o755 : 0o644);
  }
  const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
  await writeFile(join(out, 'removed.json'), json(removed));
  await writeFile(join(out, 'ledger.json'), json(ledger));
  await writeFile(join(out, 'layer7.patch'), await plainPatch(draft), 'latin1');
}
