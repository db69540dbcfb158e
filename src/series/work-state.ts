// SPDX-License-Identifier: GPL-2.0-only
import { kindOf, readJson, writeAtomically } from '../host/files.js';

/** What is known of a work tree, in a file beside it. */
export interface WorkState {
  /** Directory of the pristine tree that it was made from. */
  readonly pristine: string;
  /** Every path that may differ from the pristine tree, sorted. */
  readonly touched: readonly string[];
}

/** The state of a work tree, or undefined if there is no whole work tree. */
export async function readState(workTree: string): Promise<WorkState | undefined> {
  if ((await kindOf(workTree)) !== 'directory') return undefined;
  return (await readJson(`${workTree}.json`)) as WorkState | undefined;
}

/** Replaces the state file whole. */
export async function writeState(workTree: string, state: WorkState): Promise<void> {
  await writeAtomically(`${workTree}.json`, `${JSON.stringify(state, null, 1)}\n`);
}
