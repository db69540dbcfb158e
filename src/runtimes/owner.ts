// SPDX-License-Identifier: GPL-2.0-only
import { randomBytes } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';

/** A process, told from a later one with the same number, and from one of another machine or container. */
interface Owner {
  readonly pid: number;
  /** Clock ticks after boot (proc(5)). */
  readonly started: string;
  /** The namespace that the number is of (pid_namespaces(7)). */
  readonly namespace: string;
}

const NAME = /^l7build-(\d+)-(\d+)-(\d+)-[0-9a-f]+$/;

/** A new name for a container, an image or a control group, which tells whose it is. */
export async function ownedName(): Promise<string> {
  const started = (await startOf(process.pid)) ?? '0';
  const words = [String(process.pid), started, await pidNamespace()];
  return `l7build-${words.join('-')}-${randomBytes(4).toString('hex')}`;
}

/** True if a name is one of ours, and the process that made it is no more. */
export async function isOrphan(name: string): Promise<boolean> {
  const owner = ownerOf(name);
  if (owner?.namespace !== (await pidNamespace())) return false;
  return (await startOf(owner.pid)) !== owner.started;
}

function ownerOf(name: string): Owner | undefined {
  const [, pid, started, namespace] = NAME.exec(name) ?? [];
  if (pid === undefined || started === undefined || namespace === undefined) return undefined;
  return { pid: Number(pid), started, namespace };
}

async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'latin1').catch(() => undefined);
  // The second field is the program's name in brackets, and may itself hold blanks and brackets.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

async function pidNamespace(): Promise<string> {
  return /\d+/.exec(await readlink('/proc/self/ns/pid'))?.[0] ?? '0';
}
