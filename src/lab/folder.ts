// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, removeTree, writeAtomically } from '../host/files.js';
import { hasEnded, signalTo, workingIn } from '../host/processes.js';
import { SOCKETS } from './lab.js';
import type { LabRecord } from './messages.js';

/*
 *     <store>/labs/<name>/lab.json          whose it is
 *     <store>/labs/<name>/control           socket of its supervisor
 *     <store>/labs/<name>/net/              sockets and monitor of the hub
 *     <store>/labs/<name>/<host>/           console.log, ports of the machine
 *     <store>/labs/<name>/snapshots.d/      snapshots by hand (hand-snapshots.ts)
 *     <store>/locks/lab-<name>              held by the supervisor, or by who removes the folder
 */

/** Milliseconds that a killed process has to go. */
const GONE_MS = 5000;

export const CONTROL = 'control';
const RECORD = 'lab.json';

export function labFolder(store: string, name: string): string {
  return join(store, 'labs', name);
}

export function labLock(store: string, name: string): string {
  return join(store, 'locks', `lab-${name}`);
}

/** Makes a lab's folder, which nobody else may enter. Call with its lock held. */
export async function makeFolder(store: string, record: LabRecord): Promise<string> {
  const folder = labFolder(store, record.name);
  await clear(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeAtomically(join(folder, RECORD), `${JSON.stringify(record, null, 2)}\n`);
  return folder;
}

/** The record of a lab; undefined where there is none. */
export async function readRecord(store: string, name: string): Promise<LabRecord | undefined> {
  return (await readJson(join(labFolder(store, name), RECORD))) as LabRecord | undefined;
}

/** Names of all labs, in order. */
export async function labNames(store: string): Promise<string[]> {
  const names = await readdir(join(store, 'labs')).catch(() => []);
  return names.sort();
}

/**
 * Removes a lab's folder with all that a killed supervisor may have left: machines die with it, but for
 * one that was just being started. Call with its lock held.
 */
export async function clear(folder: string): Promise<void> {
  const sockets = await realpath(join(folder, SOCKETS)).catch(() => undefined);
  if (sockets !== undefined) {
    const left = workingIn(sockets, 'qemu-system-x86_64');
    for (const one of left) signalTo(one, 'SIGKILL');
    await Promise.all(left.map((one) => hasEnded(one, GONE_MS)));
  }
  await removeTree(folder);
}
