// SPDX-License-Identifier: GPL-2.0-only
import type { Diagnostic } from '../model/diagnostic.js';
import type { DebsSource, LockedDeb } from '../model/source.js';
import { printable } from './printable.js';

const REMEDY = 'write the lock anew: l7build containers update NAME';

const SNAPSHOT = /^snapshot (\d{8}T\d{6}Z)$/;
/** archive, size, SHA-256, name, version, path; none of them has spaces. Bounds the lengths of all. */
const DEB =
  /^(main|security) (\d{1,10}) ([0-9a-f]{64}) ([a-z0-9][a-z0-9.+-]{1,99}) ([A-Za-z0-9.+~:-]{1,100}) (pool\/[A-Za-z0-9+~._/-]{1,200}\.deb)$/;

/** What a lock says; `source` is not to be used when there are faults. */
export interface ReadLock {
  readonly source: DebsSource;
  readonly faults: readonly Diagnostic[];
}

/**
 * Reads the text of a packages.lock.
 *
 * @param file its path, for complaints
 * @param wanted packages that it has to have
 */
export function parseLock(text: string, file: string, wanted: readonly string[]): ReadLock {
  const faults: Diagnostic[] = [];
  const complain = (line: number, message: string, quote?: string): void => {
    const place = { file, line, column: 1, ...(quote === undefined ? {} : { quote }) };
    faults.push({ severity: 'error', message, hint: REMEDY, ...place });
  };
  const debs = new Map<string, LockedDeb>();
  let snapshot = '';
  text.split('\n').forEach((line, index) => {
    if (line === '' || line.startsWith('#')) return;
    const [, time] = SNAPSHOT.exec(line) ?? [];
    const deb = debOf(line);
    if (time !== undefined) snapshot = time;
    else if (deb === undefined) complain(index + 1, 'this is no line of a lock', printable(line));
    else if (debs.has(deb.name)) complain(index + 1, `${deb.name} stands twice`, line);
    else debs.set(deb.name, deb);
  });
  if (snapshot === '') complain(1, 'it lacks the line "snapshot TIME"');
  const lacking = wanted.filter((name) => !debs.has(name));
  if (lacking.length > 0) complain(1, `it lacks packages of the recipe: ${lacking.join(', ')}`);
  return { source: { kind: 'debs', snapshot, debs: [...debs.values()] }, faults };
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
