// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';
import type { DebsSource, LockedDeb } from '../model/source.js';

const SNAPSHOT = /^snapshot (\d{8}T\d{6}Z)$/;
/** archive, size, SHA-256, name, version, path; none of them has spaces. */
const DEB =
  /^(main|security) (\d{1,10}) ([0-9a-f]{64}) ([a-z0-9][a-z0-9.+-]+) (\S{1,100}) (pool\/[A-Za-z0-9+~._/%-]{1,200}\.deb)$/;

/** What a lock says; `source` is not to be used when there are faults. */
export interface ReadLock {
  readonly source: DebsSource;
  readonly faults: readonly Diagnostic[];
}

/** Reads the text of a packages.lock. @param file its path, for complaints */
export function parseLock(text: string, file: string): ReadLock {
  const faults: Diagnostic[] = [];
  const debs: LockedDeb[] = [];
  let snapshot = '';
  text.split('\n').forEach((line, index) => {
    if (line === '' || line.startsWith('#')) return;
    const [, time] = SNAPSHOT.exec(line) ?? [];
    const deb = debOf(line);
    if (time !== undefined) snapshot = time;
    else if (deb !== undefined) debs.push(deb);
    else {
      const message = 'this is neither "snapshot TIME" nor "ARCHIVE SIZE SHA256 NAME VERSION PATH"';
      faults.push({
        severity: 'error',
        message,
        hint: 'write the lock anew: l7build containers update NAME',
        file,
        line: index + 1,
        column: 1,
        quote: line,
      });
    }
  });
  return { source: { kind: 'debs', snapshot, debs }, faults };
}

function debOf(line: string): LockedDeb | undefined {
  const [, archive, size, sha256, name, version, path] = DEB.exec(line) ?? [];
  if (sha256 === undefined || name === undefined || version === undefined) return undefined;
  if (path === undefined || path.includes('/../')) return undefined;
  return {
    name,
    version,
    archive: archive === 'security' ? 'security' : 'main',
    path,
    size: Number(size),
    sha256,
  };
}

/** The text of a packages.lock: what `parseLock` reads. */
export function lockText({ snapshot, debs }: DebsSource): string {
  const lines = debs.map(({ archive, size, sha256, name, version, path }) =>
    [archive, String(size), sha256, name, version, path].join(' '),
  );
  return [
    '# SPDX-License-Identifier: GPL-2.0-only',
    '# Every package of the root. Written by `l7build containers update`.',
    `snapshot ${snapshot}`,
    ...lines,
    '',
  ].join('\n');
}
