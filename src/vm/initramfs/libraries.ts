// SPDX-License-Identifier: GPL-2.0-only
import { lstat, readlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { exec } from '../../host/exec.js';
import { systemPath } from '../../host/tools.js';
import { Failed } from '../../model/failure.js';

/** A library for the guest: where it stands here, and where it has to stand there. */
export interface Library {
  readonly file: string;
  readonly path: string;
}

/** Directories that the dynamic loader searches by itself (ld.so(8); Debian's has the last two). */
const SEARCHED = [
  '/lib',
  '/usr/lib',
  '/lib64',
  '/usr/lib64',
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
];

/**
 * What glibc opens by itself, so that no file asks for it: up to 2.33 names of hosts, ports and users come from files by a
 * library of its own (nss(5)). Since then it has that inside, and the library is empty.
 */
const OPENED: Readonly<Record<string, string>> = { 'libc.so.6': 'libnss_files.so.2' };

/** What ELF files ask for: shared libraries by soname, and loaders by path. */
interface Wants {
  readonly needed: readonly string[];
  readonly loaders: readonly string[];
}

/** What readelf(1) tells of some ELF files; files of other kinds are passed over. */
async function wantsOf(files: readonly string[]): Promise<Wants> {
  if (files.length === 0) return { needed: [], loaders: [] };
  const argv = ['readelf', '--wide', '--dynamic', '--program-headers', '--', ...files] as const;
  // It ends with 1 when one of the files is a script.
  const { stdout } = await exec(argv, { accept: [0, 1], env: { PATH: systemPath(), LC_ALL: 'C' } });
  const all = (pattern: RegExp): string[] => [
    ...new Set([...stdout.matchAll(pattern)].map(([, name]) => name ?? '')),
  ];
  return {
    needed: all(/\(NEEDED\).*\[([^\]]+)\]/g),
    loaders: all(/Requesting program interpreter: ([^\]]+)\]/g),
  };
}

/** True for a program that needs neither a loader nor libraries. */
export async function isStatic(program: string): Promise<boolean> {
  const { needed, loaders } = await wantsOf([program]);
  return needed.length + loaders.length === 0;
}

/**
 * The system's libraries, and the loader, that these ELF files need in their turn.
 *
 * @param files ELF files; other files are passed over
 * @param own the install tree's own libraries, by file name: they need no system's
 * @param system root of the system that the files were compiled in
 * @throws Failed `host-lacks` when a library is neither here nor there
 */
export async function systemLibraries(
  files: readonly string[],
  own: ReadonlyMap<string, string>,
  system: string,
): Promise<Library[]> {
  const known = await loaderCache(system);
  const found = new Map<string, Library>();
  let wave = files;
  while (wave.length > 0) {
    const { needed, loaders } = await wantsOf(wave);
    const fresh: Library[] = [];
    for (const loader of loaders) {
      fresh.push({ file: await fileWithin(system, loader), path: loader });
    }
    for (const soname of needed) {
      if (own.has(soname)) continue;
      const file = known.get(soname);
      if (file === undefined) throw noLibrary(soname);
      fresh.push({ file: await fileWithin(system, file), path: file });
      const opened = known.get(OPENED[soname] ?? '');
      if (opened !== undefined) {
        fresh.push({ file: await fileWithin(system, opened), path: opened });
      }
    }
    const added = fresh.filter(({ path: at }) => !found.has(at));
    for (const library of added) found.set(library.path, library);
    wave = [...new Set(added.map(({ file }) => file))];
  }
  return [...found.values()];
}

/** Links that let the loader find libraries outside of the directories it searches by itself. */
export function loaderLinks(own: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...own.values()]
      .filter((at) => !SEARCHED.includes(dirname(at)))
      .map((at) => [`/usr/lib/${basename(at)}`, at]),
  );
}

/** Sonames and paths of the 64-bit libraries in ld.so.cache; the first of a name is the one taken. */
async function loaderCache(system: string): Promise<Map<string, string>> {
  const file = join(system, 'etc/ld.so.cache');
  const { stdout } = await exec(['ldconfig', '-p', '-C', file], { env: { PATH: systemPath() } });
  const cache = new Map<string, string>();
  for (const [, soname = '', file = ''] of stdout.matchAll(
    /^\t(\S+) \(libc6,x86-64.*\) => (\S+)$/gm,
  )) {
    if (!cache.has(soname)) cache.set(soname, file);
  }
  return cache;
}

/** Links that are followed for one path, as the kernel's MAXSYMLINKS. */
const MOST_LINKS = 40;

/**
 * The file that a path of another system stands for, its links followed inside of that system: an
 * absolute link would lead into ours.
 */
async function fileWithin(system: string, path: string): Promise<string> {
  if (system === '/') return path;
  let left = path.split('/').filter(Boolean);
  let at = '/';
  for (let links = 0; left.length > 0;) {
    const [name = '', ...rest] = left;
    const next = normalize(join(at, name));
    const stat = await lstat(join(system, next));
    if (!stat.isSymbolicLink()) {
      at = next;
      left = rest;
      continue;
    }
    if (++links > MOST_LINKS) throw noLibrary(path);
    const target = await readlink(join(system, next));
    if (isAbsolute(target)) at = '/';
    left = [...target.split('/').filter(Boolean), ...rest];
  }
  return join(system, at);
}

function noLibrary(soname: string): Failed {
  return new Failed({
    reason: 'host-lacks',
    message: `the guest's programs need the library ${soname}, which the system it was compiled in does not have`,
    hints: ['install the package that brings it (apt-file search names it)'],
  });
}
