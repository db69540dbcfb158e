// SPDX-License-Identifier: GPL-2.0-only
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed } from '../model/failure.js';
import { pathFault } from './safe-path.js';
import { statOrNothing } from './stat.js';

/** A file of a draft: where its content lies (never written to), and whether it is executable. */
export interface DraftFile {
  readonly file: string;
  readonly executable: boolean;
}

/**
 * A tree as a series leaves it, while the series goes on: a pristine tree that is only read, and what
 * differs from it in files of a scratch directory. Contents are never changed in place, so that a
 * patch that fails half-way is undone by forgetting its fork.
 */
export class Draft {
  /** Content of every path that was changed; undefined for a path that was removed. */
  readonly #changed: Map<string, DraftFile | undefined>;
  readonly #serial: { count: number };

  /**
   * @param pristine the tree; undefined for a series that has nothing but whole files
   * @param scratch empty directory for contents
   */
  constructor(
    readonly pristine: string | undefined,
    readonly scratch: string,
    changed = new Map<string, DraftFile | undefined>(),
    serial = { count: 0 },
  ) {
    this.#changed = changed;
    this.#serial = serial;
  }

  /** An independent draft that starts from this one's state. */
  fork(): Draft {
    return new Draft(this.pristine, this.scratch, new Map(this.#changed), this.#serial);
  }

  /** Paths that were written or removed, sorted. */
  get changed(): string[] {
    return [...this.#changed.keys()].sort();
  }

  /** A path for a new content in the scratch directory. */
  newFile(): string {
    this.#serial.count += 1;
    return join(this.scratch, String(this.#serial.count));
  }

  /**
   * The file at a path, or undefined if there is none.
   * @throws Failed `patch-rejected` where the tree has a link, a directory or a device in the way
   */
  async current(path: string): Promise<DraftFile | undefined> {
    if (this.#changed.has(path)) return this.#changed.get(path);
    return this.pristineFile(path);
  }

  /** The pristine tree's file at a path. @throws as `current` */
  async pristineFile(path: string): Promise<DraftFile | undefined> {
    const fault = pathFault(path);
    if (fault !== undefined) throw new Error(`${path} ${fault}`);
    if (this.pristine === undefined) return undefined;
    const parts = path.split('/');
    for (const depth of parts.keys()) {
      const place = parts.slice(0, depth + 1).join('/');
      const found = await statOrNothing(join(this.pristine, place));
      if (found === undefined) return undefined;
      const last = depth === parts.length - 1;
      if (last && found.isFile()) {
        return { file: join(this.pristine, path), executable: (found.mode & 0o100) !== 0 };
      }
      if (last || !found.isDirectory()) throw inTheWay(path, place, found.isSymbolicLink());
    }
    return undefined;
  }

  set(path: string, file: DraftFile): void {
    this.#changed.set(path, file);
  }

  remove(path: string): void {
    this.#changed.set(path, undefined);
  }

  /** Puts bytes at a path. */
  async write(path: string, content: Uint8Array, executable: boolean): Promise<void> {
    const file = this.newFile();
    await writeFile(file, content);
    this.set(path, { file, executable });
  }

  /** Content of a path as Latin-1 characters (one per byte). */
  async read(path: string): Promise<string | undefined> {
    const found = await this.current(path);
    return found === undefined ? undefined : readFile(found.file, 'latin1');
  }
}

function inTheWay(path: string, place: string, link: boolean): Failed {
  const what = link ? 'a symbolic link' : 'no regular file or directory';
  return new Failed({
    reason: 'patch-rejected',
    message: `${path} cannot be patched: ${place} is ${what} in the tree`,
    hints: ['name the file by its real path in the patch; links are never followed'],
  });
}
