// SPDX-License-Identifier: GPL-2.0-only
import { chmod, rename, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDirectory, kindOf, removeTree, synced, temporaryName } from '../../host/files.js';
import { withLock } from '../../host/lock.js';
import { requireSpace } from '../../host/space.js';
import { Failed } from '../../model/failure.js';
import type { WholeState } from '../../vm/argv.js';

/** Bytes, and more than the memory that a kernel has written to when it has just booted. */
const ROOM = 2 ** 29;
/** For all who can enter the store, as the rest of it. */
const READABLE = 0o644;

/** What a machine was saved as: a folder, which is there when all of it is, be it over a power cut. */
export class SavedState {
  /** Its files. */
  readonly files: WholeState;

  constructor(private readonly folder: string) {
    this.files = filesIn(folder);
  }

  /**
   * Has it made, unless it is there, or somebody else makes it meanwhile.
   *
   * @param write makes the files that it is given
   * @throws Failed `no-space`, `interrupted`, `store-unusable`; system errors; what `write` throws. Then nothing is left
   */
  async ensure(write: (files: WholeState) => Promise<void>, signal: AbortSignal): Promise<void> {
    if (await this.#isWhole()) return;
    const make = async (): Promise<void> => {
      if (!(await this.#isWhole())) await this.#make(write);
    };
    await withLock(this.#lock, make, { signal });
  }

  /** What tells it from another that is made in its place. @throws system errors */
  async identity(): Promise<string> {
    const { ino, mtimeMs } = await stat(this.files.whole);
    return `${String(ino)} ${String(mtimeMs)}`;
  }

  /** What was not used for the longest time goes first when the store gets smaller. */
  async noteUse(): Promise<void> {
    const now = new Date();
    // Another user's store is only read.
    await utimes(this.folder, now, now).catch(() => undefined);
  }

  /** Removes the one of this identity, so that it is made anew later; not where somebody is at it, or it is another user's. */
  async drop(identity: string): Promise<void> {
    const held = (): Failed => new Failed({ reason: 'store-unusable', message: this.folder });
    const remove = async (): Promise<void> => {
      if ((await this.identity()) === identity) await removeTree(this.folder);
    };
    await withLock(this.#lock, remove, { held }).catch(() => undefined);
  }

  get #lock(): string {
    return `${this.folder}.lock`;
  }

  /** False too for what somebody was about to remove. */
  async #isWhole(): Promise<boolean> {
    const kinds = await Promise.all(Object.values(this.files).map(kindOf));
    return kinds.every((kind) => kind === 'file');
  }

  async #make(write: (files: WholeState) => Promise<void>): Promise<void> {
    const part = temporaryName(this.folder);
    try {
      await ensureDirectory(part);
      await requireSpace(part, ROOM);
      const made = filesIn(part);
      await write(made);
      await chmod(made.whole, READABLE);
      await Promise.all(Object.values(made).map(synced));
      await removeTree(this.folder);
      await rename(part, this.folder);
    } finally {
      await removeTree(part);
    }
  }
}

function filesIn(folder: string): WholeState {
  return { whole: join(folder, 'machine'), console: join(folder, 'console') };
}
