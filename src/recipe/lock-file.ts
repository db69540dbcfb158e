// SPDX-License-Identifier: GPL-2.0-only
import type { DebsSource } from '../model/source.js';
import { MAX_BYTES } from './bounds.js';
import { realRoot } from './directory.js';
import { parseLock, type ReadLock } from './packages-lock.js';
import { Unusable, projectBytes } from './project-file.js';
import { refused, wholeFile } from './refuse.js';
import { decodeUtf8 } from './utf8.js';

/** What the packages of a root are pinned by. */
export interface Pinned {
  /** The recipe's name. */
  readonly name: string;
  /** Debian suite's codename. */
  readonly suite: string;
  /** What the recipe asks for. */
  readonly packages: readonly string[];
  /** Path of the lock below the project's root. */
  readonly lockPath: string;
  /** A command that makes the root anew. */
  readonly next: string;
}

/** What a lock says, faults and all; undefined where there is none yet. */
export async function readLock(
  projectRoot: string,
  { packages, lockPath }: Pick<Pinned, 'packages' | 'lockPath'>,
): Promise<ReadLock | undefined> {
  try {
    const { bytes } = await projectBytes(await realRoot(projectRoot), lockPath, MAX_BYTES);
    return parseLock(decodeUtf8(lockPath, bytes).text, lockPath, packages);
  } catch (error) {
    if (error instanceof Unusable && error.why.startsWith('there is no ')) return undefined;
    throw error;
  }
}

/** The packages of a lock. @throws Failed `recipe-invalid` if there is none, or it has faults */
export async function requireLock(
  projectRoot: string,
  pinned: Pick<Pinned, 'name' | 'packages' | 'lockPath'>,
): Promise<DebsSource> {
  const lock = await readLock(projectRoot, pinned);
  if (lock === undefined) {
    const hint = `write it: l7build containers update ${pinned.name}`;
    throw refused([wholeFile(pinned.lockPath, 'there is no such file', hint)]);
  }
  if (lock.faults.length > 0) throw refused(lock.faults);
  return lock.source;
}
