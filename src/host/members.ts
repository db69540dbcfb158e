// SPDX-License-Identifier: GPL-2.0-only
import { posix } from 'node:path';
import { Failed } from '../model/failure.js';

/** What a tree holds at a path, as far as safety is concerned. */
export type Node = 'directory' | 'file' | { readonly leadsTo: string };

/** Symbolic links followed on the way to one file; Linux gives up there too (path_resolution(7)). */
const MOST_LINKS = 40;

/** The failure of a hostile or broken archive. */
export function refused(archive: string, member: string | undefined, why: string): Failed {
  const where = member === undefined ? '' : `: member ${JSON.stringify(member)}`;
  return new Failed({
    reason: 'archive-refused',
    message: `${archive}${where}: ${why}`,
    hints: [
      'nothing of it was kept; get the archive anew from a place you trust, or report it to who made it',
    ],
  });
}

/** Bytes of a path, with its end (PATH_MAX in limits.h). */
const LONGEST_PATH = 4096;

/**
 * Path components of a member's name below the tree's root.
 *
 * @returns the components, none for the root itself; or why the name is refused
 */
export function memberPath(name: string): readonly string[] | { readonly why: string } {
  if (Buffer.byteLength(name) >= LONGEST_PATH) return { why: 'its name is longer than any path' };
  if (name.startsWith('/')) return { why: 'its name is absolute' };
  if (name.includes('\0')) return { why: 'its name holds a NUL byte' };
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? { why: 'its name leads out of the tree (..)' } : parts;
}

/**
 * Follows a symbolic link the way the kernel does, but in a tree that is known by name only.
 *
 * @param path the link's own path below the tree's root
 * @param target what it points to
 * @param tree everything in the tree, by path
 * @returns true if on the way the root is left
 */
export function leadsOut(path: string, target: string, tree: ReadonlyMap<string, Node>): boolean {
  const at = path.split('/').slice(0, -1);
  const todo = target.split('/');
  if (target.startsWith('/')) return true;
  for (let links = 0; links <= MOST_LINKS;) {
    const part = todo.shift();
    if (part === undefined) return false;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return true;
      continue;
    }
    at.push(part);
    const node = tree.get(at.join('/'));
    if (typeof node !== 'object') continue;
    if (node.leadsTo.startsWith('/')) return true;
    links += 1;
    at.pop();
    todo.unshift(...node.leadsTo.split('/'));
  }
  return false;
}

/**
 * Target of a symbolic link of a package, made relative: packages mean their absolute targets from the
 * system's root, and here that is the tree's.
 */
export function relocatedTarget(path: string, target: string): string {
  if (!target.startsWith('/')) return target;
  const from = posix.dirname(`/${path}`);
  return posix.relative(from, posix.normalize(target)) || '.';
}
