// SPDX-License-Identifier: GPL-2.0-only
import { access, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What stands in a jail's `/`: parts of a root file system, and links. */
export interface Root {
  readonly dir: string;
  /** Files and directories below `dir`, relative to it; they stand at the same place in the jail. */
  readonly parts: readonly string[];
  /** Name and target of the links at the top. */
  readonly links: readonly (readonly [string, string])[];
}

/** Where a machine keeps its compilers: the FHS's places, and those of NixOS and Guix. */
const TOOLS = /^(?:usr|bin|sbin|lib\w*|opt|nix|gnu)$/;

/**
 * What compilers read in /etc: the choice of tools, the loader's cache, names of users, perl's and
 * OpenSSL's settings. Nothing else of it is a build's business: it holds hashes of passwords, keys
 * and configuration.
 */
const SETTINGS = [
  'alternatives',
  'group',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'nsswitch.conf',
  'os-release',
  'passwd',
  'perl',
  'ssl/openssl.cnf',
].map((name) => join('etc', name));

/**
 * Of a toolchain's root its tools and settings. Its empty places (/home, /root, /var, /srv, …) stay away:
 * there the machine may have the store, whose mount point could not be made in a read-only folder.
 */
export function rootOf(dir: string): Promise<Root> {
  return select(dir, (name) => name === 'etc' || (TOOLS.test(name) && name !== 'opt'), []);
}

/**
 * Of the machine's own root only what compiling takes. So a build meets no socket that a service
 * listens at (`/run`), which a read-only mount would not keep it from, and none of others' files.
 */
export function toolsOfHost(dir = '/'): Promise<Root> {
  return select(dir, (name) => TOOLS.test(name), SETTINGS);
}

async function select(
  dir: string,
  wanted: (name: string) => boolean,
  more: readonly string[],
): Promise<Root> {
  const entries = (await readdir(dir, { withFileTypes: true })).filter(({ name }) => wanted(name));
  const names = (kind: 'isDirectory' | 'isSymbolicLink'): string[] =>
    entries.filter((entry) => entry[kind]()).map(({ name }) => name);
  const there = await Promise.all(more.map((part) => exists(join(dir, part))));
  const links = names('isSymbolicLink').map(
    async (name) => [name, await readlink(join(dir, name))] as const,
  );
  return {
    dir,
    parts: [...names('isDirectory'), ...more.filter((_part, nth) => there[nth])],
    links: await Promise.all(links),
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
