// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import type { DraftFile } from './draft.js';
import { unifiedHunks } from './unified-diff.js';

/** The git mode of a file. */
function mode(file: DraftFile): string {
  return file.executable ? '100755' : '100644';
}

/**
 * One file's part of a patch, as Latin-1 characters: git's header for what plain diffs cannot say
 * (new, deleted, executable), which GNU patch 2.7 reads too, then the hunks. No dates, so the same trees
 * always give the same bytes.
 */
export async function filePatchText(difference: {
  readonly path: string;
  readonly before: DraftFile | undefined;
  readonly after: DraftFile | undefined;
}): Promise<string> {
  const { path, before, after } = difference;
  const head = [`diff --git a/${path} b/${path}`];
  if (before === undefined && after !== undefined) head.push(`new file mode ${mode(after)}`);
  if (before !== undefined && after === undefined) head.push(`deleted file mode ${mode(before)}`);
  if (before !== undefined && after !== undefined && before.executable !== after.executable) {
    head.push(`old mode ${mode(before)}`, `new mode ${mode(after)}`);
  }
  const hunks = unifiedHunks(await content(before), await content(after));
  if (hunks !== '') {
    head.push(before === undefined ? '--- /dev/null' : `--- a/${path}`);
    head.push(after === undefined ? '+++ /dev/null' : `+++ b/${path}`);
  }
  return `${head.join('\n')}\n${hunks}`;
}

function content(file: DraftFile | undefined): Promise<string> {
  return file === undefined ? Promise.resolve('') : readFile(file.file, 'latin1');
}
