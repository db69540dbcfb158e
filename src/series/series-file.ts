// SPDX-License-Identifier: GPL-2.0-only
import { open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { sha256 } from '../host/hash.js';
import { Failed } from '../model/failure.js';
import type { ProjectFile, SourceFile } from '../model/recipe.js';

/** Bytes of the largest patch or whole file taken; the kernel's own largest release patch is smaller. */
const LARGEST = 64 * 1024 * 1024;

/** Where the files of a series lie. */
export interface SeriesPlaces {
  /** The project's root. */
  readonly project: string;
  /** Folder of each source that series take files from, by its name. */
  readonly sources?: Readonly<Record<string, string>>;
}

/** A file of a series as it was read. */
export interface SeriesFile {
  /** As the ledger calls it: the path in the project, or `layer7:` and the path in that source. */
  readonly name: string;
  readonly content: Buffer;
  readonly sha256: string;
  readonly executable: boolean;
}

/**
 * Reads a file that a recipe refers to, or one of a source that was fetched for it.
 *
 * @throws Failed `recipe-invalid` if a file of the project was changed since the recipe was read;
 *   `source-missing` if a source has no such file; either if it cannot be read or is too large
 */
export async function readSeriesFile(
  file: ProjectFile | SourceFile,
  places: SeriesPlaces,
): Promise<SeriesFile> {
  if ('source' in file) return readSourceFile(file, places);
  const { path } = file;
  const { content, executable } = await read(join(places.project, path)).catch((why: unknown) => {
    throw invalid(`${path} cannot be read: ${String(why)}`);
  });
  if (sha256(content) === file.sha256) {
    return { name: path, content, sha256: file.sha256, executable };
  }
  throw invalid(`${path} was changed while the run went on`, 'run again');
}

async function readSourceFile(
  file: SourceFile,
  { sources = {} }: SeriesPlaces,
): Promise<SeriesFile> {
  const { source, path } = file;
  const folder = sources[source];
  if (folder === undefined)
    throw new Error(`a series takes ${path} from ${source}, which is not here`);
  const root = await realpath(folder);
  // Links of a tree that somebody else made may lead anywhere.
  const real = await realpath(join(root, path)).catch(() => undefined);
  if (real?.startsWith(root + sep) !== true) throw await lacking(file, root);
  const { content, executable } = await read(real).catch((why: unknown) => {
    throw new Failed({
      reason: 'source-missing',
      message: `${path} of the source ${source} cannot be read: ${String(why)}`,
    });
  });
  return { name: `${source}:${path}`, content, sha256: sha256(content), executable };
}

/** A regular file's bytes. @throws whatever reading it fails with, and for a file that is too large */
async function read(path: string): Promise<Pick<SeriesFile, 'content' | 'executable'>> {
  const handle = await open(path);
  try {
    const { size, mode } = await handle.stat();
    if (size > LARGEST) throw new RangeError('it is larger than 64 MiB');
    return { content: await handle.readFile(), executable: (mode & 0o100) !== 0 };
  } finally {
    await handle.close();
  }
}

async function lacking({ source, path }: SourceFile, root: string): Promise<Failed> {
  const there = (await readdir(root)).toSorted();
  return new Failed({
    reason: 'source-missing',
    message: `the source ${source} has no ${path}`,
    details: [`it has: ${there.slice(0, 20).join(', ')}${there.length > 20 ? ', …' : ''}`],
    hints: [
      `give a tree of the release that the recipe names: --source ${source}=PATH`,
      'or take the recipe of the release that you have: --layer7 NAME (l7build list)',
    ],
  });
}

function invalid(message: string, hint?: string): Failed {
  return new Failed({
    reason: 'recipe-invalid',
    message,
    ...(hint === undefined ? {} : { hints: [hint] }),
  });
}
