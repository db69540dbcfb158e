// SPDX-License-Identifier: GPL-2.0-only
import { aligned } from '../../host/columns.js';
import { formatBytes } from '../../host/space.js';
import { converse } from '../../lab/client.js';
import { gone } from '../../lab/failures.js';
import type { HandSnapshot, LabReply, LabRequest, LabStatus } from '../../lab/messages.js';
import { interrupted } from '../../host/exec.js';
import { duration } from '../../model/duration.js';
import { EXIT, type ExitCode } from '../../model/failure.js';
import { writeLine } from '../screen.js';
import { isWell, statusLines } from './status-text.js';
import { whichLab, type Which } from './which.js';

/** Saves the hosts of a lab as they are. @throws Failed of the supervisor's */
export async function saveSnapshot(
  store: string,
  label: string,
  which: Which,
  signal: AbortSignal,
): Promise<ExitCode> {
  const started = performance.now();
  const { replies } = await ask(store, which, { do: 'save', label }, signal);
  for (const { bytes } of snapshotsIn(replies)) {
    const took = duration(performance.now() - started);
    writeLine(
      `Saved ${label} (${formatBytes(bytes)}) in ${took}. Back to it: l7build lab snapshot restore ${label}`,
    );
  }
  return EXIT.verified;
}

/** Puts the hosts of a lab back to where they were saved. @returns 4 if one of them is of no use */
export async function restoreSnapshot(
  store: string,
  label: string,
  which: Which,
  signal: AbortSignal,
): Promise<ExitCode> {
  const started = performance.now();
  const { name, replies } = await ask(store, which, { do: 'restore', label }, signal);
  let status: LabStatus | undefined;
  for (const reply of replies) if (reply.say === 'status') status = reply.status;
  if (status === undefined) throw gone(name);
  for (const line of statusLines(status)) writeLine(line);
  writeLine(`The lab ${name} is back at ${label}, in ${duration(performance.now() - started)}.`);
  return isWell(status) ? EXIT.verified : EXIT.checkFailed;
}

/** Removes a snapshot that somebody has saved. */
export async function removeSnapshot(
  store: string,
  label: string,
  which: Which,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { name } = await ask(store, which, { do: 'remove', label }, signal);
  writeLine(`The lab ${name} has no snapshot ${label} any more.`);
  return EXIT.verified;
}

/** Tells of the snapshots that somebody has saved. */
export async function listSnapshots(
  store: string,
  { json, ...which }: Which & { readonly json: boolean },
  signal: AbortSignal,
): Promise<ExitCode> {
  const { name, replies } = await ask(store, which, { do: 'snapshots' }, signal);
  const snapshots = snapshotsIn(replies);
  const rows = snapshots.map(({ label, bytes, created }) => [
    label,
    formatBytes(bytes),
    `${created.slice(0, 19)}Z`,
  ]);
  if (json) writeLine(JSON.stringify(snapshots, null, 2));
  else if (rows.length === 0) writeLine(`Nobody has saved the lab ${name}.`);
  else for (const line of aligned(rows)) writeLine(line);
  return EXIT.verified;
}

interface Answered {
  /** The lab's name. */
  readonly name: string;
  readonly replies: readonly LabReply[];
}

/** What is begun comes to its end, also when nobody waits for it any more. */
async function ask(
  store: string,
  which: Which,
  request: LabRequest,
  signal: AbortSignal,
): Promise<Answered> {
  const { name } = await whichLab(store, which);
  const replies: LabReply[] = [];
  await converse(store, name, request, signal, (reply) => {
    replies.push(reply);
  });
  if (signal.aborted) throw interrupted();
  // Its supervisor has ended.
  if (replies.length === 0) throw gone(name);
  return { name, replies };
}

function snapshotsIn(replies: readonly LabReply[]): HandSnapshot[] {
  return replies.flatMap((reply) => (reply.say === 'snapshots' ? reply.snapshots : []));
}
