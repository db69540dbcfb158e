// SPDX-License-Identifier: GPL-2.0-only

/** What file names in a kernel's or iptables' tree are made of; nothing that a header would have to quote. */
const PLAIN = /^[A-Za-z0-9_.,+@=:~^#%()[\]{}-]+$/;

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
  if (!parts.every((part) => PLAIN.test(part))) {
    return 'has characters that no name in such a tree has (blanks, quotes, control or non-ASCII)';
  }
  return undefined;
}
