// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';
import { PackageURL } from 'packageurl-js';
import type { ReportedInput } from '../model/report.js';
import type { DebsSource, Fetched, FetchedFile, Source } from '../model/source.js';

/** Name, version and architecture in a .deb file's name as apt writes it, where an epoch's colon is %3a. */
const DEB = /^([a-z0-9][a-z0-9.+-]+)_([^_]+)_([a-z0-9-]+)\.deb$/;

/** Under which name the world knows a file of a source. */
export function publishedAs(
  source: Source,
  { name }: FetchedFile,
  { version }: Pick<Fetched, 'version'>,
): Pick<ReportedInput, 'purl' | 'urls'> {
  switch (source.kind) {
    case 'apt':
      return source.type === 'binary'
        ? debOf(name, source.suite)
        : { purl: debian(source.package, version, { arch: 'source', distro: source.suite }) };
    case 'debs':
      return lockedOf(name, source);
    case 'http':
    case 'by-hand':
      return { urls: source.urls };
    case 'git':
      return { urls: [source.url] };
    case 'local':
    case 'revision':
      return {};
  }
}

/** A package by its file; none for a file that is not named like one. */
function debOf(file: string, distro: string): Pick<ReportedInput, 'purl'> {
  const [, name, version = '', arch = ''] = DEB.exec(file) ?? [];
  if (name === undefined) return {};
  return { purl: debian(name, version.replaceAll('%3a', ':'), { arch, distro }) };
}

/** A package of a lock: names of files in Debian's pool have no epoch, so the version is the lock's. */
function lockedOf(file: string, { debs }: DebsSource): Pick<ReportedInput, 'purl'> {
  const deb = debs.find(({ path }) => basename(path) === file);
  const arch = DEB.exec(file)?.[3];
  if (deb === undefined || arch === undefined) return {};
  return { purl: debian(deb.name, deb.version, { arch }) };
}

/** The purl specification's type `deb`. */
function debian(
  name: string,
  version: string | undefined,
  qualifiers: Readonly<Record<string, string>>,
): string {
  return new PackageURL('deb', 'debian', name, version, { ...qualifiers }).toString();
}
