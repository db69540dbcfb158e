// SPDX-License-Identifier: GPL-2.0-only
import type { ReadEntry } from 'tar';
import type { Member } from './tree-writer.js';

/** Takes a tar archive's bytes. */
export interface TarReader {
  write(chunk: Buffer): void;
  end(): void;
}

/**
 * A tar reader that tells of every member, also of kinds that the tar package would skip.
 *
 * @param onEntry called with each member; has to consume it before it returns or by `data` events
 * @returns functions that throw what is wrong with the archive (errors with `tarCode`)
 */
export async function startTarReader(onEntry: (entry: ReadEntry) => void): Promise<TarReader> {
  const { Parser } = await import('tar');
  const parser = new Parser({ strict: true, onReadEntry: onEntry });
  let fault: Error | undefined;
  parser.on('error', (error: Error) => (fault ??= error));
  parser.on('ignoredEntry', onEntry);
  const rethrow = (): void => {
    if (fault !== undefined) throw fault;
  };
  return {
    write: (chunk) => {
      parser.write(chunk);
      rethrow();
    },
    end: () => {
      parser.end();
      rethrow();
    },
  };
}

function typeOf(type: ReadEntry['type']): Member['type'] {
  switch (type) {
    case 'File':
    case 'OldFile':
    case 'ContiguousFile':
      return 'file';
    case 'Directory':
      return 'directory';
    case 'SymbolicLink':
      return 'symlink';
    case 'Link':
      return 'hardlink';
    default:
      return 'other';
  }
}

/** A header as data. */
export function memberOf(entry: ReadEntry): Member {
  return {
    name: entry.path,
    type: typeOf(entry.type),
    mode: entry.mode ?? 0o644,
    mtime: (entry.mtime?.getTime() ?? 0) / 1000,
    size: entry.size,
    target: entry.linkpath ?? '',
  };
}
