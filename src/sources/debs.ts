// SPDX-License-Identifier: GPL-2.0-only
import { basename, join } from 'node:path';
import { Failed } from '../model/failure.js';
import type { DebsSource, Fetched, FetchedFile, LockedDeb } from '../model/source.js';
import { byApt } from './apt.js';
import { configure, mirrorsOf, type Mirrors, type PrivateApt } from './apt-config.js';
import { withSlash } from './apt-set.js';
import type { FetchContext } from './context.js';
import { byHttp, obtain, type Transport } from './obtain.js';
import { networkEnvironment } from '../host/environment.js';

/** Downloads at a time. */
const PARALLEL = 4;
/** Failures of the network that are stood, of all files together: a mirror that is asked for hundreds refuses one now and then. */
const STOOD = 4;
/** Names of the archives at snapshot.debian.org. */
const SNAPSHOTS = { main: 'debian', security: 'debian-security' } as const;
const SNAPSHOT = 'https://snapshot.debian.org/archive';

/** Where pinned packages come from: the machine's mirror by its apt, and the archive of all that ever was. */
interface Origin {
  readonly mirrors: Partial<Mirrors>;
  readonly transport: Transport;
}

/** Addresses of a pinned package: the machine's mirror, then the snapshot of when it was pinned. */
export function addressesOf(
  { archive, path }: Pick<LockedDeb, 'archive' | 'path'>,
  snapshot: string,
  mirrors: Partial<Mirrors>,
): string[] {
  // A + stays one: in a path, some servers take a bare one for a blank.
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  const mirror = withSlash(mirrors[archive]);
  return [
    ...(mirror === undefined ? [] : [mirror + encoded]),
    `${SNAPSHOT}/${SNAPSHOTS[archive]}/${snapshot}/${encoded}`,
  ];
}

/**
 * Fetches pinned packages, several at a time: from `--mirror`, from the Debian mirror that the machine's
 * apt uses, with its proxy and passwords, and from snapshot.debian.org. What the network did not give is
 * asked for again after the others.
 *
 * @throws Failed as `obtain`
 */
export async function fetchDebs(
  name: string,
  { debs, snapshot }: DebsSource,
  ctx: FetchContext,
): Promise<Fetched> {
  const { mirrors, transport } = await originOf(ctx);
  const files: FetchedFile[] = [];
  const left = [...debs.entries()];
  let done = 0;
  let failures = 0;
  const quiet = { ...ctx, progress: () => undefined };
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, deb] = next;
      const { path, sha256, size } = deb;
      const urls = addressesOf(deb, snapshot, mirrors);
      const wanted = { source: name, name: basename(path), sha256, size, urls };
      try {
        files[index] = await obtain(wanted, quiet, transport);
      } catch (error) {
        failures += 1;
        if (!isNetworks(error) || failures > STOOD) throw error;
        left.push(next);
        continue;
      }
      done += 1;
      ctx.progress({ done, total: debs.length, unit: 'files', note: basename(path) });
    }
  };
  const ends = await Promise.allSettled(
    Array.from({ length: PARALLEL }, () =>
      work().catch((error: unknown) => {
        // The others finish what they are at and take no more.
        left.length = 0;
        throw error;
      }),
    ),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw withoutOverride(failed.reason);
  return { files, pinned: true };
}

function isNetworks(error: unknown): boolean {
  return error instanceof Failed && error.failure.reason === 'network-failed';
}

/** The packages of a toolchain are its lock's: `--source` puts nothing in their place. */
function withoutOverride(error: unknown): unknown {
  if (!(error instanceof Failed) || error.failure.hints === undefined) return error;
  const hints = error.failure.hints.filter((hint) => !hint.includes('--source'));
  return new Failed({ ...error.failure, hints });
}

async function originOf({ policy, cache, signal }: FetchContext): Promise<Origin> {
  if (policy.offline) return { mirrors: {}, transport: byHttp };
  try {
    const mirrors = await mirrorsOf(signal);
    const dir = join(cache, 'apt', 'debs');
    const apt: PrivateApt = {
      dir,
      env: { ...networkEnvironment(), APT_CONFIG: join(dir, 'apt.conf') },
    };
    await configure(apt, 'binary', [], signal);
    const viaApt = byApt(apt);
    const transport: Transport = (url, ...rest) =>
      (url.startsWith(SNAPSHOT) ? byHttp : viaApt)(url, ...rest);
    return { mirrors, transport };
  } catch (error) {
    // A machine without a Debian mirror has the snapshots still.
    if (error instanceof Failed && error.failure.reason === 'host-lacks') {
      return { mirrors: {}, transport: byHttp };
    }
    throw error;
  }
}
