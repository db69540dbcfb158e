// SPDX-License-Identifier: GPL-2.0-only
import {
  closeSync,
  futimesSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Failed } from '../model/failure.js';
import { leadsOut, memberPath, refused, relocatedTarget, type Node } from './members.js';
import { formatBytes } from './space.js';

/** Bounds of one unpacked tree. Linux 6.x has 85,000 members and 1.4 GB. */
export interface TreeLimits {
  readonly entries: number;
  readonly bytes: number;
}

export const TREE_LIMITS: TreeLimits = { entries: 400_000, bytes: 8 * 1024 ** 3 };

/** One member of an archive, as its header says. */
export interface Member {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';
  readonly mode: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  readonly size: number;
  /** Target of a link. */
  readonly target: string;
}

/** How the members of one archive go into the tree. */
export interface Placement {
  /** For messages. */
  readonly archive: string;
  /** Leading components to drop; those dropped must be the same for all members. */
  readonly strip: number;
  /** Absolute link targets mean the tree's root (Debian packages); otherwise they are refused. */
  readonly relocate: boolean;
}

/** Bits that a file or directory keeps: no set-user-ID, nobody else writes, the owner can. */
const KEPT_MODE = 0o755;
/** Bytes of a block of tar(5), and blocks that a member has at most beside its content, on the average. */
const BLOCK = 512;
const MOST_HEADERS = 16;
const LATEST_MTIME = 2 ** 33;

/**
 * Writes the members of archives into a directory that was empty, so that nothing can be written or
 * linked outside of it: names are checked, nothing is written through a link (what stands where is
 * known from what was written), links are followed at the end and must stay inside.
 *
 * File system calls are synchronous: for tens of thousands of small files the asynchronous ones take
 * many times as long. The caller gives the event loop its turns between pieces of input.
 */
export class TreeWriter {
  readonly #tree = new Map<string, Node>();
  readonly #links: { path: string; target: string; placement: Placement }[] = [];
  readonly #directories: { path: string; mtime: number }[] = [];
  readonly #tops = new Map<Placement, string>();
  #entries = 0;
  #bytes = 0;
  #read = 0;

  constructor(
    readonly root: string,
    readonly limits: TreeLimits = TREE_LIMITS,
  ) {}

  /** Members written so far. */
  get entries(): number {
    return this.#entries;
  }

  /**
   * Counts the bytes of an archive as a tar reader gets them: headers, and whatever stands behind the end, can
   * be made as large as one likes and pack to nothing.
   *
   * @throws Failed `archive-refused`
   */
  read(bytes: number, archive: string): void {
    this.#read += bytes;
    const most = this.limits.bytes + MOST_HEADERS * BLOCK * this.limits.entries;
    if (this.#read > most) {
      throw refused(archive, undefined, `it unpacks to more than ${formatBytes(most)}`);
    }
  }

  /**
   * Makes one member.
   *
   * @returns for a file, where its bytes go; undefined for all else
   * @throws Failed `archive-refused` naming archive, member and why; system errors
   */
  add(member: Member, placement: Placement): FileSink | undefined {
    this.#count(member, placement);
    const path = this.#path(member, placement);
    if (path === undefined) return undefined;
    const mtime = Math.min(Math.max(member.mtime || 0, 0), LATEST_MTIME);
    const reject = (why: string): Failed => refused(placement.archive, member.name, why);
    this.#makeParents(path, reject);
    const there = this.#tree.get(path);
    if (member.type === 'directory') {
      if (there !== undefined && there !== 'directory')
        throw reject('it was a file or link before');
      if (there === undefined) this.#makeDirectory(path, member.mode);
      this.#directories.push({ path, mtime });
      return undefined;
    }
    if (there === 'directory') throw reject('it was a directory before');
    // Never written through: what stands there may be linked to from elsewhere in the tree.
    if (there !== undefined) unlinkSync(join(this.root, path));
    switch (member.type) {
      case 'symlink': {
        const target = placement.relocate ? relocatedTarget(path, member.target) : member.target;
        if (target.startsWith('/')) throw reject(`it links to ${target}, out of the tree`);
        this.#links.push({ path, target, placement });
        this.#tree.set(path, { leadsTo: target });
        symlinkSync(target, join(this.root, path));
        lutimesSync(join(this.root, path), mtime, mtime);
        return undefined;
      }
      case 'hardlink': {
        const target = this.#path({ ...member, name: member.target }, placement);
        if (target === undefined || this.#tree.get(target) !== 'file' || target === path) {
          throw reject(`it links to ${member.target}, which is no file of this archive before it`);
        }
        this.#tree.set(path, 'file');
        linkSync(join(this.root, target), join(this.root, path));
        return undefined;
      }
      case 'file':
        this.#tree.set(path, 'file');
        return new FileSink(join(this.root, path), (member.mode & KEPT_MODE) | 0o600, mtime);
      case 'other':
        throw reject('it is a device, pipe or of another kind that a source tree does not have');
    }
  }

  /**
   * To be called after the last member: checks where links lead, now that everything is in place, and
   * gives directories their times.
   */
  finish(): void {
    for (const { path, target, placement } of this.#links) {
      if (leadsOut(path, target, this.#tree)) {
        throw refused(placement.archive, path, `it links to ${target}, out of the tree`);
      }
    }
    for (const { path, mtime } of this.#directories.reverse()) {
      utimesSync(join(this.root, path), mtime, mtime);
    }
  }

  #count(member: Member, { archive }: Placement): void {
    if (!(member.size >= 0)) throw refused(archive, member.name, 'its size is no number');
    this.#entries += 1;
    this.#bytes += member.size;
    if (this.#entries > this.limits.entries) {
      throw refused(archive, undefined, `it has more than ${String(this.limits.entries)} members`);
    }
    if (this.#bytes > this.limits.bytes) {
      throw refused(
        archive,
        member.name,
        `it unpacks to more than ${formatBytes(this.limits.bytes)}`,
      );
    }
  }

  /** Path below the root, or undefined for the root itself and for a directory that is stripped. */
  #path(member: Member, placement: Placement): string | undefined {
    const parts = memberPath(member.name);
    if ('why' in parts) throw refused(placement.archive, member.name, parts.why);
    if (parts.length === 0) return undefined;
    const top = parts.slice(0, placement.strip).join('/');
    if (parts.length <= placement.strip && member.type === 'directory') return undefined;
    const first = this.#tops.get(placement) ?? top;
    this.#tops.set(placement, first);
    if (parts.length <= placement.strip || top !== first) {
      throw refused(
        placement.archive,
        member.name,
        'it does not lie in the one top directory that the others lie in (set strip: 0 in the recipe if there is none)',
      );
    }
    return parts.slice(placement.strip).join('/');
  }

  #makeParents(path: string, reject: (why: string) => Failed): void {
    const parent = dirname(path);
    if (parent === '.') return;
    const node = this.#tree.get(parent);
    if (node === 'directory') return;
    if (node !== undefined) throw reject(`it lies below ${parent}, which is a file or link`);
    this.#makeParents(parent, reject);
    this.#makeDirectory(parent, KEPT_MODE);
  }

  #makeDirectory(path: string, mode: number): void {
    mkdirSync(join(this.root, path), { mode: (mode & KEPT_MODE) | 0o700 });
    this.#tree.set(path, 'directory');
  }
}

/** An open file of a tree. */
export class FileSink {
  readonly #fd: number;

  constructor(
    path: string,
    mode: number,
    private readonly mtime: number,
  ) {
    this.#fd = openSync(path, 'wx', mode);
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) at += writeSync(this.#fd, chunk, at);
  }

  end(): void {
    futimesSync(this.#fd, this.mtime, this.mtime);
    this.close();
  }

  /** Lets go of a file that stays unfinished. */
  close(): void {
    closeSync(this.#fd);
  }
}
