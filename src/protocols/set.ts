// SPDX-License-Identifier: GPL-2.0-only
import { constants, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.js';
import { errorCode } from '../host/space.js';
import { Failed } from '../model/failure.js';
import { findDefinitions } from './find.js';
import { lintDefinition } from './lint.js';
import { parseDefinition, type Definition } from './parse.js';

/** Bytes of a definition file, and files of a set. */
const FILE_MAX = 64 * 1024;
const FILES_MAX = 1024;

/** A directory of definition files and what was found in them. */
export interface DefinitionSet {
  /** As complaints call it. */
  readonly directory: string;
  /** Sorted by name, each once: of two with a name, the one that the match's extension reads. */
  readonly definitions: readonly Definition[];
  /** All that is wrong or suspicious, from the files' names to the patterns' dialect. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads and lints a set of definitions: the .pat files of a directory and of its subdirectories.
 *
 * @param directory absolute path
 * @param shown what complaints and definitions call it, such as its path below the project
 * @throws Failed `definition-invalid` if the directory can't be read or holds too many files
 */
export async function inspectSet(directory: string, shown = directory): Promise<DefinitionSet> {
  const root = await realpath(directory).catch(unreadable(shown));
  const { files, refusals } = await findDefinitions(root).catch(unreadable(shown));
  if (files.length > FILES_MAX) {
    throw new Failed({
      reason: 'definition-invalid',
      message: `${shown} holds more than ${String(FILES_MAX)} definition files`,
      hints: ['name the directory of a set of definitions'],
    });
  }
  const diagnostics: Diagnostic[] = refusals.map(({ path, ...words }) =>
    wholeFile(join(shown, path), words),
  );
  const definitions = new Map<string, Definition>();
  for (const path of files) {
    const file = join(shown, path);
    const bytes = await boundedBytes(join(root, path)).catch(unreadable(file));
    const parsed = bytes === undefined ? tooLarge(file) : parseDefinition(file, bytes);
    if ('diagnostics' in parsed) {
      diagnostics.push(...parsed.diagnostics);
      continue;
    }
    const { definition } = parsed;
    diagnostics.push(...lintDefinition(definition));
    const first = definitions.get(definition.name);
    if (first === undefined) definitions.set(definition.name, definition);
    else diagnostics.push(duplicate(definition, first));
  }
  return { directory: shown, definitions: byName(definitions), diagnostics };
}

/**
 * Reads a set that is going to be installed.
 *
 * @returns the set, whose diagnostics are warnings
 * @throws Failed `definition-invalid` with every error of the set, or if it has no definition
 */
export async function loadSet(directory: string, shown = directory): Promise<DefinitionSet> {
  const set = await inspectSet(directory, shown);
  const errors = set.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    throw new Failed({
      reason: 'definition-invalid',
      message: `the definitions in ${shown} can't be used`,
      diagnostics: errors,
    });
  }
  if (set.definitions.length === 0) {
    throw new Failed({
      reason: 'definition-invalid',
      message: `${shown} holds no definition`,
      hints: ['a set is a directory of .pat files, or of directories of them'],
    });
  }
  return set;
}

function byName(definitions: ReadonlyMap<string, Definition>): Definition[] {
  return [...definitions.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A file's bytes, or undefined if there are more than a definition may have. */
async function boundedBytes(path: string): Promise<Uint8Array | undefined> {
  // Without blocking: what was a file a moment ago may be a pipe by now.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(FILE_MAX + 1);
    let size = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, size, buffer.length - size);
      size += bytesRead;
      if (size > FILE_MAX) return undefined;
      if (bytesRead === 0) return buffer.subarray(0, size);
    }
  } finally {
    await handle.close();
  }
}

function wholeFile(file: string, words: Pick<Diagnostic, 'message' | 'hint'>): Diagnostic {
  return { file: file.replace(/[^ -~]/g, '?'), line: 1, column: 1, severity: 'error', ...words };
}

function tooLarge(file: string): { readonly diagnostics: readonly [Diagnostic] } {
  const message = `larger than ${String(FILE_MAX / 1024)} KiB`;
  const hint = 'a definition is a few lines; what follows its pattern is ignored and can go';
  return { diagnostics: [wholeFile(file, { message, hint })] };
}

function duplicate({ file, name, nameLine }: Definition, first: Definition): Diagnostic {
  return {
    file,
    line: nameLine,
    column: 1,
    severity: 'warning',
    message: `${name} is defined in ${first.file} as well, which is found first`,
    hint: 'remove one of them',
    quote: name,
  };
}

function unreadable(shown: string): (error: unknown) => never {
  return (error) => {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new Failed({
      reason: 'definition-invalid',
      message: `can't read ${shown} (${code})`,
      hints: ['a set of definitions is a readable directory of .pat files'],
    });
  };
}
