// SPDX-License-Identifier: GPL-2.0-only
import { readFile, rename, writeFile } from 'node:fs/promises';
import { isDirectory } from './stat.js';

/** What is known of a work tree, in a file beside it. */
export interface WorkState {
  /** Directory of the pristine tree that it was made from. */
  readonly pristine: string;
  /** Every path that may differ from the pristine tree, sorted. */
  readonly touched: readonly string[];
}

/** The state of a work tree, or undefined if there is no whole work tree. */
export async function readState(workTree: string): Promise<WorkState | undefined> {
  if (!(await isDirectory(workTree))) return undefined;
  try {
    return JSON.parse(await readFile(`${workTree}.json`, 'utf8')) as WorkState;
  } catch {
    return undefined;
  }
}

/** Replaces the state file whole. */
export async function writeState(workTree: string, state: WorkState): Promise<void> {
  const file = `${workTree}.json`;
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 1)}\n`, { flush: true });
  await rename(`${file}.new`, file);
}
