// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { readMakefile, type Variables } from './kbuild-makefile.js';

/**
 * What is compiled outside of the folders that are walked: objtool, the boot image, the vDSO. So many
 * objects are they for linux 6.1 on x86_64.
 */
const OUTSIDE = 78;
/** Folders that are visited at most; all of linux 6.1 has about 3000 with a makefile. */
const MOST_FOLDERS = 10_000;
/** Variables of a makefile that list objects, and folders below it. */
const LISTS =
  /^(?:(?:obj|lib|extra|always|subdir)-[ym]|(?:core|drivers|libs|net|virt|init|usr)-y)$/;

/**
 * About how many objects a whole kbuild compiles, read from a tree's makefiles and its configuration:
 * kbuild itself never knows. Nothing of the tree is run.
 *
 * @param src source tree
 * @param config text of the resolved .config
 * @param srcarch folder below arch/
 */
export async function estimateObjects(
  src: string,
  config: string,
  srcarch: string,
): Promise<number> {
  const symbols: Variables = new Map([
    ['ARCH', srcarch],
    ['SRCARCH', srcarch],
  ]);
  for (const [, name = '', value = ''] of config.matchAll(/^(CONFIG_\w+)=(.*)$/gm)) {
    symbols.set(name, value);
  }
  const top: Variables = new Map(symbols);
  for (const file of ['Makefile', `arch/${srcarch}/Makefile`, 'Kbuild']) {
    readMakefile((await textOf(join(src, file))) ?? '', top);
  }
  symbols.set('BITS', top.get('BITS') ?? '');
  const objects = new Set<string>();
  const folders = new Set(listed(top).filter(isFolder).map(normalize));
  // A set may grow while it is walked: what is added is met later.
  for (const folder of folders) {
    if (folders.size > MOST_FOLDERS) break;
    const inside = await folderOf(src, folder, symbols);
    for (const name of inside.folders) folders.add(normalize(join(folder, name)));
    for (const name of inside.objects) objects.add(join(folder, name));
  }
  return objects.size + OUTSIDE;
}

/** What a folder's own makefile compiles, and the folders that it leads to. */
async function folderOf(
  src: string,
  folder: string,
  symbols: Variables,
): Promise<{ readonly folders: readonly string[]; readonly objects: readonly string[] }> {
  const variables: Variables = new Map(symbols).set('src', folder).set('obj', folder);
  const text =
    (await textOf(join(src, folder, 'Kbuild'))) ?? (await textOf(join(src, folder, 'Makefile')));
  readMakefile(text ?? '', variables);
  const words = listed(variables);
  const modules = wordsOf(variables, 'obj-m').filter(isObject);
  const subdirs = ['subdir-y', 'subdir-m'].flatMap((name) => wordsOf(variables, name));
  return {
    folders: [...words.filter(isFolder), ...subdirs.map((name) => `${name}/`)],
    objects: [
      ...words.filter(isObject).flatMap((name) => partsOf(name, variables, [])),
      ...modules.map((name) => name.replace(/o$/, 'mod.o')),
    ],
  };
}

function listed(variables: Variables): string[] {
  return [...variables.keys()]
    .filter((name) => LISTS.test(name))
    .flatMap((name) => wordsOf(variables, name));
}

/** The objects that one is linked of: `NAME-objs` and `NAME-y`, or itself. */
function partsOf(object: string, variables: Variables, within: readonly string[]): string[] {
  const base = object.replace(/\.o$/, '');
  const parts = ['objs', 'y', 'm']
    .flatMap((kind) => wordsOf(variables, `${base}-${kind}`))
    .filter(isObject);
  if (parts.length === 0 || within.includes(object)) return [object];
  return parts.flatMap((part) => partsOf(part, variables, [...within, object]));
}

function wordsOf(variables: Variables, name: string): string[] {
  return (variables.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
}

function isFolder(word: string): boolean {
  return word.endsWith('/');
}

function isObject(word: string): boolean {
  return word.endsWith('.o');
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    // A folder that is made by the build, or one with no makefile: it counts for nothing.
    return undefined;
  }
}
