// SPDX-License-Identifier: GPL-2.0-only
import { kindOf, readJson, writeAtomically } from '../host/files.js';

/** The tree that a work tree is made from. */
export interface PristineTree {
  /** Its directory. */
  readonly pristine: string;
  /** That directory's inode: one that was damaged has another in its place. Missing in earlier versions' files. */
  readonly inode?: number;
}

/** What is known of a work tree, in a file beside it. */
export interface WorkState extends PristineTree {
  /** When it was last lent, in milliseconds since the epoch. Missing in earlier versions' files. */
  readonly lent?: number;
  /** Every path that may differ from the pristine tree, sorted. */
  readonly touched: readonly string[];
}

/**
 * The state of a work tree, or undefined if there is no whole work tree, or none whose times say anything: if
 * it was lent in what is the future now, a clock was set back, and make(1) would take what was made then for
 * newer than all that changes.
 */
export async function readState(workTree: string): Promise<WorkState | undefined> {
  if ((await kindOf(workTree)) !== 'directory') return undefined;
  const state = await readJson(`${workTree}.json`);
  return isState(state) && (state.lent ?? 0) <= Date.now() ? state : undefined;
}

function isState(json: unknown): json is WorkState {
  const { pristine, touched } = (json ?? {}) as Partial<Record<keyof WorkState, unknown>>;
  return typeof pristine === 'string' && Array.isArray(touched);
}

/** True if a work tree was made from that very tree, so that its unpatched files are links to that one's. */
export function isOf(
  state: WorkState | undefined,
  { pristine, inode }: PristineTree,
): state is WorkState {
  return state?.pristine === pristine && (state.inode ?? inode) === inode;
}

/** Replaces the state file whole, with the time. */
export async function writeState(workTree: string, state: Omit<WorkState, 'lent'>): Promise<void> {
  const noted: WorkState = { ...state, lent: Date.now() };
  await writeAtomically(`${workTree}.json`, `${JSON.stringify(noted, null, 1)}\n`);
}

/** Notes the time at which a work tree that was lent came back. */
export async function noteReturn(workTree: string): Promise<void> {
  const state = await readState(workTree);
  if (state !== undefined) await writeState(workTree, state);
}
