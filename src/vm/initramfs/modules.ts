// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { exec } from '../../host/exec.js';
import { errorCode } from '../../host/space.js';
import { Failed } from '../../model/failure.js';

/** Files of a module tree that depmod and modprobe read beside the modules. */
const LISTS = ['modules.builtin', 'modules.builtin.modinfo', 'modules.order'];
const MODULE_FILE = /\.ko(?:\.(?:xz|gz|zst))?$/;

/** Modules chosen for a guest, staged as lib/modules/RELEASE below a directory. */
export interface StagedModules {
  /** Names, in the order in which they were found to be needed. */
  readonly names: readonly string[];
}

/**
 * Copies the named modules and all that they need from `trees` to `stage`, uncompressed, and
 * indexes them there (depmod(8)), so that modprobe and the kernel's own requests find them.
 *
 * @param trees directories that each may have lib/modules/`release`; a later tree's module goes
 *   before an earlier one's
 * @param wanted names; those built into the kernel are left out
 * @throws Failed `command-failed` when a module is nowhere, naming who needs it
 */
export async function stageModules(
  trees: readonly string[],
  release: string,
  wanted: readonly string[],
  stage: string,
): Promise<StagedModules> {
  const homes = trees.map((tree) => join(tree, 'lib/modules', release));
  const index = await indexOf(homes);
  const builtin = await builtinOf(homes);
  const target = join(stage, 'lib/modules', release);
  await mkdir(target, { recursive: true });
  const names: string[] = [];
  const queue = wanted.map((name) => ({ name: canonical(name), neededBy: 'the recipe' }));
  for (const { name, neededBy } of queue) {
    if (names.includes(name) || builtin.has(name)) continue;
    const found = index.get(name);
    if (found === undefined) throw missing(name, neededBy, release);
    const copy = join(target, found.path.replace(/\.ko\..*$/, '.ko'));
    const { depends, softdeps } = dependencies(await copyModule(found.file, copy));
    names.push(name);
    const soft = softdeps.flatMap(providers).filter((provider) => index.has(provider));
    queue.push(...[...depends, ...soft].map((needed) => ({ name: needed, neededBy: name })));
  }
  for (const list of LISTS) {
    const text = await readIfThere(join(homes[0] ?? '', list));
    if (text !== undefined) await writeFile(join(target, list), text);
  }
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  await exec(['depmod', '-b', stage, release], { env: { PATH: path }, cwd: stage });
  return { names };
}

/** Where a kernel's tree has netfilter's modules, and the drivers of QEMU's network card. */
const NETWORK =
  /(?:^|\/)(?:net\/(?:\w+\/)?netfilter\/|drivers\/net\/virtio_net\.|drivers\/virtio\/virtio_pci\.)/;

/**
 * Where it has what a userland lies on, what its servers and clients of files ask for, and what a seed (guest/seed)
 * may lie on, with what the letters of its names are.
 */
const FILES =
  /(?:^|\/)(?:drivers\/block\/virtio_blk\.|fs\/(?:squashfs|overlayfs|nfsd|nfs|lockd|fat|isofs)\/|fs\/nls\/nls_(?:cp437|ascii|iso8859-1|utf8)\.|net\/sunrpc\/sunrpc\.)/;

/** Names of the modules that a userland of its own takes. @param trees see stageModules */
export function userlandModules(trees: readonly string[], release: string): Promise<string[]> {
  return modulesAt(FILES, trees, release);
}

/** Names of the modules that a host on a network, and its rules, may ask for. @param trees see stageModules */
export function networkModules(trees: readonly string[], release: string): Promise<string[]> {
  return modulesAt(NETWORK, trees, release);
}

async function modulesAt(
  places: RegExp,
  trees: readonly string[],
  release: string,
): Promise<string[]> {
  const homes = trees.map((tree) => join(tree, 'lib/modules', release));
  const index = await indexOf(homes);
  return [...index].flatMap(([name, { path }]) => (places.test(path) ? [name] : [])).sort();
}

/** modprobe(8) takes `-` and `_` for the same. */
function canonical(name: string): string {
  return name.replaceAll('-', '_');
}

async function indexOf(
  homes: readonly string[],
): Promise<Map<string, { file: string; path: string }>> {
  const index = new Map<string, { file: string; path: string }>();
  for (const home of homes) {
    for (const path of await filesBelow(home)) {
      if (!MODULE_FILE.test(path)) continue;
      index.set(canonical(basename(path).replace(MODULE_FILE, '')), {
        file: join(home, path),
        path,
      });
    }
  }
  return index;
}

async function filesBelow(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory, { recursive: true });
    return names.sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function builtinOf(homes: readonly string[]): Promise<Set<string>> {
  const lists = await Promise.all(homes.map((home) => readIfThere(join(home, 'modules.builtin'))));
  const paths = lists.flatMap((list) => list?.toString().split('\n') ?? []);
  return new Set(paths.map((path) => canonical(basename(path, '.ko'))));
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Copies a module and unpacks the copy. @returns its ELF file's bytes */
async function copyModule(file: string, copy: string): Promise<Buffer> {
  await mkdir(dirname(copy), { recursive: true });
  const packed = /\.(xz|zst|gz)$/.exec(file)?.[1];
  if (packed === undefined || packed === 'gz') {
    const bytes = await readFile(file);
    const plain = packed === 'gz' ? gunzipSync(bytes) : bytes;
    await writeFile(copy, plain);
    return plain;
  }
  await copyFile(file, `${copy}.${packed}`);
  await exec([packed === 'xz' ? 'xz' : 'unzstd', '--quiet', '--decompress', `${copy}.${packed}`], {
    cwd: dirname(copy),
  });
  await rm(`${copy}.${packed}`, { force: true });
  return readFile(copy);
}

/**
 * What a module says that it needs: the entries `depends` and `softdep` (its `pre:` part) of the
 * ELF section .modinfo, which holds NUL-terminated `key=value` texts.
 */
function dependencies(module: Buffer): { depends: string[]; softdeps: string[] } {
  const text = module.toString('latin1');
  const values = (key: string): string[] =>
    [...text.matchAll(new RegExp(`\\0${key}=([^\\0]*)\\0`, 'g'))].map(([, value]) => value ?? '');
  const names = (lists: readonly string[], separator: string): string[] =>
    lists.flatMap((list) => list.split(separator).filter(Boolean)).map(canonical);
  const before = values('softdep').map((list) => /pre: ([^:]*?)(?: post:|$)/.exec(list)?.[1] ?? '');
  return { depends: names(values('depends'), ','), softdeps: names(before, ' ') };
}

/** A soft dependency is often an algorithm's name, for which several modules may stand. */
function providers(name: string): string[] {
  return [name, `${name}_generic`, `${name}_cryptoapi`];
}

function missing(name: string, neededBy: string, release: string): Failed {
  return new Failed({
    reason: 'command-failed',
    message: `the kernel ${release} has no module ${name}, which ${neededBy} needs`,
    hints: [`leave ${name} out of the recipe's verify.modules, or build it (CONFIG)`],
  });
}
