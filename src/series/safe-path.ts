// SPDX-License-Identifier: GPL-2.0-only

/** What file names in a kernel's or iptables' tree are made of; nothing that a header would have to quote. */
const PLAIN = /^[A-Za-z0-9_.,+@=:~^#%()[\]{}-]+$/;

/** Bytes of a name and of a path, at most (limits.h: NAME_MAX, PATH_MAX). */
const LONGEST = { name: 255, path: 4095 };

/**
 * Why a relative path must not be written in a tree, or undefined if it may.
 * Symbolic links are looked at where the tree is (see Draft).
 */
export function pathFault(path: string): string | undefined {
  if (path === '') return 'names no file';
  if (path.startsWith('/')) return 'is an absolute path';
  const parts = path.split('/');
  if (parts.includes('..')) return 'leads out of the tree';
  if (parts.some((part) => part === '' || part === '.')) return 'has an empty component';
  if (parts.some((part) => part.toLowerCase() === '.git')) return 'leads into a .git directory';
  if (path.length > LONGEST.path || parts.some((part) => part.length > LONGEST.name)) {
    return 'is longer than a file system takes';
  }
  if (!parts.every((part) => PLAIN.test(part))) {
    return 'has characters that no name in such a tree has (blanks, quotes, control or non-ASCII)';
  }
  return undefined;
}
