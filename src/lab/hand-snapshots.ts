// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from '../host/files.js';
import { errorCode, formatBytes, requireSpace, writing } from '../host/space.js';
import { Failed } from '../model/failure.js';
import type { HandSnapshot } from './messages.js';

/** Below the lab's folder. No host has such a name, nor has a snapshot that of one that is being made. */
const FOLDER = 'snapshots.d';
const PART = '.part';

const LABEL = /^[a-z0-9][a-z0-9-]{0,30}$/;

/** What a label has to be, completing "has to be …". */
export const LABEL_RULE = 'of small letters, digits and -, 31 at most';

/** True for what snapshots by hand may be called. */
export function isLabel(text: string): boolean {
  return LABEL.test(text);
}

/**
 * The snapshots by hand of a lab: a folder for each, called as it is, which comes to be by rename and so is whole. Calls
 * must not overlap.
 */
export class HandSnapshots {
  readonly #folder: string;

  /**
   * @param lab the lab's folder, with which they go
   * @param limit bytes that all of them may take
   */
  constructor(
    lab: string,
    private readonly limit: number,
  ) {
    this.#folder = join(lab, FOLDER);
  }

  /** All of them, the oldest first. */
  async list(): Promise<HandSnapshot[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    });
    const all = await Promise.all(names.filter(isLabel).map((name) => this.#look(name, name)));
    return all.sort((a, b) => (a.created < b.created ? -1 : 1));
  }

  /** The folder of one. @throws Failed `usage` where there is none */
  async find(label: string): Promise<string> {
    const known = (await this.list()).map((one) => one.label);
    if (known.includes(label)) return join(this.#folder, label);
    const there = `there is: ${known.join(', ')}`;
    const first = 'save one: l7build lab snapshot save LABEL';
    throw new Failed({
      reason: 'usage',
      message: `the lab has no snapshot ${label}`,
      hints: [known.length > 0 ? there : first],
    });
  }

  /**
   * Makes one; what is there until `write` has settled has another name, and is removed if it throws.
   *
   * @param most bytes that `write` may write to the folder that it is given, which is empty
   * @throws Failed `usage` for a label that is none or that there is already, `no-space`; what `write` throws
   */
  async make(
    label: string,
    most: number,
    write: (folder: string) => Promise<void>,
  ): Promise<HandSnapshot> {
    const known = await this.list();
    this.#refuse(label, known);
    const part = join(this.#folder, PART);
    await removeTree(part);
    await writing(part, () => mkdir(part, { recursive: true, mode: 0o700 }));
    try {
      await requireSpace(part, most);
      await write(part);
      const made = await this.#look(PART, label);
      this.#refuseMore(made, known);
      await rename(part, join(this.#folder, label));
      return made;
    } finally {
      await removeTree(part);
    }
  }

  /** @throws Failed `usage` where there is none */
  async remove(label: string): Promise<void> {
    const part = join(this.#folder, PART);
    // So that nobody finds a half of it.
    await rename(await this.find(label), part);
    await removeTree(part);
  }

  #refuse(label: string, known: readonly HandSnapshot[]): void {
    const usage = (message: string, ...hints: string[]): Failed =>
      new Failed({ reason: 'usage', message, hints });
    if (!isLabel(label)) {
      throw usage(`a snapshot's label has to be ${LABEL_RULE}`, 'such as before-rules');
    }
    if (known.some((one) => one.label === label)) {
      const remove = `remove it first: l7build lab snapshot remove ${label}`;
      throw usage(`the lab has a snapshot ${label} already`, remove, 'or take another label');
    }
  }

  #refuseMore({ label, bytes }: HandSnapshot, known: readonly HandSnapshot[]): void {
    const there = known.reduce((sum, one) => sum + one.bytes, 0);
    if (there + bytes <= this.limit) return;
    throw new Failed({
      reason: 'no-space',
      message: `the snapshot ${label} takes ${formatBytes(bytes)}, and those of a lab may take ${formatBytes(this.limit)}`,
      details: known.map((one) => `${one.label}: ${formatBytes(one.bytes)}`),
      hints: ['remove one that is of no use any more: l7build lab snapshot remove LABEL'],
    });
  }

  async #look(name: string, label: string): Promise<HandSnapshot> {
    const folder = join(this.#folder, name);
    const files = await readdir(folder);
    const sizes = await Promise.all(
      files.map(async (file) => (await stat(join(folder, file))).blocks * 512),
    );
    // A rename leaves this time as it is.
    const created = (await stat(folder)).mtime.toISOString();
    return { label, bytes: sizes.reduce((sum, size) => sum + size, 0), created };
  }
}
