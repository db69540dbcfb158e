// SPDX-License-Identifier: GPL-2.0-only
import { basename, posix } from 'node:path';
import { Failed } from '../model/failure.js';
import type { AptResolution, PinnedSource } from '../model/source.js';

/** A file that a fetch brings. */
export interface PinnedFile {
  readonly name: string;
  /** Undefined for the archive of a commit, which is told by the commit's name. */
  readonly sha256: string | undefined;
}

/**
 * The files that a fetch of a source brings, with the digests that it must find.
 *
 * @param name the source's name
 * @param resolution what an apt source stands for
 */
export function pinnedFiles(
  name: string,
  source: PinnedSource,
  resolution: AptResolution | undefined,
): PinnedFile[] {
  switch (source.kind) {
    case 'apt':
      return (resolution?.files ?? []).map((file) => ({ name: file.name, sha256: file.sha256 }));
    case 'http':
      return 'members' in source
        ? Object.entries(source.members).map(([path, sha256]) => ({ name: path, sha256 }))
        : [{ name: nameOf(source.urls[0] ?? ''), sha256: source.sha256 }];
    case 'git':
      return [{ name: archiveName(name, source.commit), sha256: undefined }];
    case 'debs':
      return source.debs.map(({ path, sha256 }) => ({ name: basename(path), sha256 }));
  }
}

/** File name of the archive of a commit. */
export function archiveName(name: string, commit: string): string {
  return `${name}-${commit}.tar`;
}

/** File name at the end of an address. @throws Failed `recipe-invalid` if there is none */
export function nameOf(url: string): string {
  const name = URL.canParse(url) ? posix.basename(decodeURIComponent(new URL(url).pathname)) : '';
  if (name !== '' && !name.startsWith('.') && !name.includes('/')) return name;
  throw new Failed({
    reason: 'recipe-invalid',
    message: `the address ${url} does not end in a file's name`,
  });
}
