// SPDX-License-Identifier: GPL-2.0-only
import { Store } from '../engine/store.js';
import { askLocally, type SendLine } from '../host/local-socket.js';
import { withLock } from '../host/lock.js';
import { hasEnded, isAlive, signalTo } from '../host/processes.js';
import { errorCode } from '../host/space.js';
import { Failed } from '../model/failure.js';
import type { RunResult } from '../model/run-result.js';
import type { JobEnd } from '../vm/jobs.js';
import { busy, gone } from './failures.js';
import { clear, CONTROL, labFolder, labLock, labNames, readRecord } from './folder.js';
import type { LabInput, LabRecord, LabReply, LabRequest, LabStatus } from './messages.js';

/** Milliseconds that a supervisor has to end by itself. */
const DOWN_MS = 20_000;
const KILLED_MS = 5000;
/** Milliseconds to wait for a lock that nobody ought to hold. */
const LOCK_MS = 5000;

/** A lab as others find it: up as long as its supervisor lives. */
export interface Found {
  readonly name: string;
  /** Missing where a supervisor was killed before it could write it. */
  readonly record?: LabRecord;
  readonly alive: boolean;
}

/** All labs of a store, up or left by a supervisor that was killed. */
export async function findLabs(store: string): Promise<Found[]> {
  const names = await labNames(store);
  return Promise.all(
    names.map(async (name) => {
      const record = await readRecord(store, name);
      return record === undefined
        ? { name, alive: false }
        : { name, record, alive: isAlive(record.supervisor) };
    }),
  );
}

/**
 * Takes a lab down, whatever state it is in; nothing of it is left.
 *
 * @throws Failed `interrupted`, `store-unusable`
 */
export async function takeDown(
  store: string,
  { name, record }: Found,
  signal: AbortSignal,
): Promise<void> {
  if (record !== undefined) {
    signalTo(record.supervisor, 'SIGTERM');
    if (!(await hasEnded(record.supervisor, DOWN_MS))) {
      signalTo(record.supervisor, 'SIGKILL');
      await hasEnded(record.supervisor, KILLED_MS);
    }
  }
  const remove = async (): Promise<void> => {
    await clear(labFolder(store, name));
    await new Store(store).sweep();
  };
  // The lock of a killed supervisor is free a moment later.
  const soon = AbortSignal.any([signal, AbortSignal.timeout(LOCK_MS)]);
  try {
    await withLock(labLock(store, name), remove, { signal: soon });
  } catch (error) {
    throw soon.aborted && !signal.aborted ? busy(name) : error;
  }
}

/** A lab's state, from its supervisor. @throws Failed as converse() */
export async function statusOf(
  store: string,
  name: string,
  signal: AbortSignal,
): Promise<LabStatus> {
  let status: LabStatus | undefined;
  await converse(store, name, { do: 'status' }, signal, (reply) => {
    if (reply.say === 'status') status = reply.status;
  });
  if (status === undefined) throw gone(name);
  return status;
}

/** Milliseconds that a script of ours has. */
const SCRIPT_MS = 60_000;

/**
 * Runs a script of ours on a host, which prints a few lines.
 *
 * @throws Failed as converse()
 */
export async function runOn(
  store: string,
  name: string,
  { host, script }: { readonly host: string; readonly script: string },
  signal: AbortSignal,
): Promise<RunResult> {
  const printed = { out: '', err: '' };
  let end: JobEnd | undefined;
  const request = { do: 'exec', host, script, timeoutMs: SCRIPT_MS } as const;
  const hear = (reply: LabReply): void => {
    if (reply.say === 'ended') ({ end } = reply);
    // No more than what comes unasked.
    if (reply.say === 'out' || reply.say === 'err') {
      printed[reply.say] += Buffer.from(reply.bytes, 'base64').toString();
    }
  };
  await converse(store, name, request, signal, hear);
  if (end === undefined) throw gone(name);
  return { ...end, stdout: printed.out, stderr: printed.err };
}

/**
 * Asks a lab's supervisor for something.
 *
 * @param onReply called with each answer
 * @param signal lets the supervisor know that nobody waits any more
 * @param talk given what sends more, where the request takes it
 * @throws Failed that the supervisor tells, `check-failed` when there is none
 */
export async function converse(
  store: string,
  name: string,
  request: LabRequest,
  signal: AbortSignal,
  onReply: (reply: LabReply) => void,
  talk?: (give: (input: LabInput) => void) => void,
): Promise<void> {
  let failed: Failed | undefined;
  const onLine = (line: string): void => {
    const reply = JSON.parse(line) as LabReply;
    if (reply.say === 'failed') failed = new Failed(reply.failure);
    else onReply(reply);
  };
  try {
    const talking = (send: SendLine): void => {
      talk?.((input) => {
        send(JSON.stringify(input));
      });
    };
    const how = { onLine, signal, talk: talking };
    await askLocally(labFolder(store, name), CONTROL, JSON.stringify(request), how);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET') throw gone(name);
    throw error;
  }
  if (failed !== undefined) throw failed;
}
