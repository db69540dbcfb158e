// SPDX-License-Identifier: GPL-2.0-only
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../host/exec.js';
import { withLock } from '../host/lock.js';
import { Failed } from '../model/failure.js';
import type { AptFile, AptSource, DebsSource, LockedDeb } from '../model/source.js';
import { mirrorsOf, privateApt, type Mirrors, type PrivateApt } from './apt-config.js';
import { parsePrintedUris } from './apt-query.js';
import { update } from './apt-update.js';
import type { ResolveContext } from './context.js';

/** What apt takes for essential on its own account is apt itself, and nothing here installs with it. */
const OPTIONS = {
  'pkgCacheGen::ForceEssential': ',',
  'APT::Install-Recommends': 'false',
  'Acquire::ForceHash': 'sha256',
  // The option above changes what these caches hold.
  'Dir::Cache::pkgcache': '',
  'Dir::Cache::srcpkgcache': '',
};
/** Debian's archive publishes within hours of an index's date, and keeps what is replaced for a day. */
const PUBLISHED_MS = 12 * 3600 * 1000;
/** Name, version and architecture as in apt's file names, where an epoch's colon is %3a. */
const FILE_NAME = /^([a-z0-9][a-z0-9.+-]+)_([^_]+)_(?:amd64|all)\.deb$/;

/**
 * What a set of packages comes to in an empty system right now: they, the suite's essential packages and
 * all that these depend on, from the suite, its updates and its security archive, with the digests
 * that Debian signed. The mirror's indexes are downloaded anew.
 *
 * @param suite codename
 * @param packages names
 * @throws Failed as `mirrorsOf` and `update`; `source-missing` when a package is not in the suite or
 *   what it depends on is not; `usage` when the network is off
 */
export async function resolveSet(
  suite: string,
  packages: readonly string[],
  { cache, policy, signal }: ResolveContext,
): Promise<DebsSource> {
  if (policy.offline) {
    throw new Failed({
      reason: 'usage',
      message: `what Debian ${suite} has now can't be known with the network off (--offline)`,
      hints: ['run it without --offline'],
    });
  }
  const source: AptSource = { kind: 'apt', suite, type: 'binary', package: packages[0] ?? '' };
  const apt = privateApt(source, cache);
  return withLock(
    join(apt.dir, 'lock'),
    async () => {
      const mirrors = await mirrorsOf(signal);
      await update(source, apt, signal);
      const files = await chosenFiles(suite, packages, apt, signal);
      const debs = files
        .map((file) => lockedDeb(file, mirrors))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      return { kind: 'debs', snapshot: await publishedBy(apt), debs };
    },
    { signal },
  );
}

async function chosenFiles(
  suite: string,
  packages: readonly string[],
  apt: PrivateApt,
  signal: AbortSignal,
): Promise<AptFile[]> {
  const options = Object.entries(OPTIONS).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const { exitCode, stdout, stderr } = await exec(
    ['apt-get', ...options, '--yes', '--print-uris', 'install', '?essential', ...packages],
    { env: apt.env, signal, accept: [0, 100] },
  );
  const files = parsePrintedUris(stdout);
  if (exitCode === 0 && files.length > 0) return files;
  const complaints = stderr.split('\n').filter((line) => line.startsWith('E: '));
  const unmet = stdout.split('\n').filter((line) => /Depends: .* but /.test(line));
  throw new Failed({
    reason: 'source-missing',
    message: `Debian ${suite} can't give the packages of this toolchain`,
    details: [...complaints, ...unmet.map((line) => line.trim())],
    hints: ['check `packages` and `suite` in the recipe of the toolchain'],
  });
}

function lockedDeb({ name: file, sha256, size, url }: AptFile, mirrors: Mirrors): LockedDeb {
  const [, name, version] = FILE_NAME.exec(file) ?? [];
  for (const archive of ['security', 'main'] as const) {
    const base = withSlash(mirrors[archive]);
    if (base === undefined || !url.startsWith(base)) continue;
    const path = decodeURIComponent(url.slice(base.length));
    if (name === undefined || version === undefined) break;
    return { name, version: decodeURIComponent(version), archive, path, size, sha256 };
  }
  throw new Failed({
    reason: 'source-missing',
    message: `the package file ${file} is in none of Debian's archives`,
    details: [url],
  });
}

/** An archive's address, as the start of the addresses of what lies in it. */
export function withSlash(address: string | undefined): string | undefined {
  return address === undefined || address.endsWith('/') ? address : `${address}/`;
}

/**
 * A time at which what the indexes name could be had, as snapshot.debian.org writes it. A suite that has
 * not changed since has the same time, so that resolving it again gives the same lock.
 */
async function publishedBy({ dir }: PrivateApt): Promise<string> {
  const lists = join(dir, 'lists');
  const names = (await readdir(lists)).filter((name) => name.endsWith('Release'));
  const texts = await Promise.all(names.map((name) => readFile(join(lists, name), 'utf8')));
  const dates = texts.map((text) => Date.parse(/^Date: (.*)$/m.exec(text)?.[1] ?? ''));
  const newest = Math.max(...dates.filter((date) => !Number.isNaN(date)));
  if (!Number.isFinite(newest)) throw new Error(`no dates in the indexes at ${lists}`);
  const time = new Date(newest + PUBLISHED_MS).toISOString();
  return `${time.replace(/[-:]/g, '').slice(0, 15)}Z`;
}
