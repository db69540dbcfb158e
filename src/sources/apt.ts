// SPDX-License-Identifier: GPL-2.0-only
import { rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exec } from '../host/exec.js';
import { ensureDirectory, kindOf, readJson, removeTree, writeAtomically } from '../host/files.js';
import { sha256, sha256File } from '../host/hash.js';
import { withLock } from '../host/lock.js';
import { Failed } from '../model/failure.js';
import type { AptResolution, AptSource, Fetched } from '../model/source.js';
import type { FetchPolicy } from '../model/step.js';
import { privateApt, type PrivateApt } from './apt-config.js';
import { query } from './apt-query.js';
import { update } from './apt-update.js';
import type { FetchContext } from './context.js';
import { BY_BUNDLE } from './explain.js';
import { obtain, type Transport } from './obtain.js';

/** How long a resolution and its indexes are believed, in milliseconds. */
const FRESH_MS = 12 * 3600 * 1000;
/** How often a download's progress is looked at, in milliseconds. */
const LOOK_EVERY_MS = 200;
/** How often a file is asked for again: after 1, 2 and 4 seconds (apt.conf(5), Acquire::Retries::Delay). */
const RETRIES = '3';
/** apt's own downloader: it knows the mirror's proxy, password and transport. */
const HELPER = '/usr/lib/apt/apt-helper';

interface Kept {
  readonly schema: 1;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly resolution: AptResolution;
}

function keptFile(source: AptSource, apt: PrivateApt): string {
  return join(apt.dir, 'resolved', `${sha256(JSON.stringify(source)).slice(0, 32)}.json`);
}

async function readKept(source: AptSource, apt: PrivateApt): Promise<Kept | undefined> {
  const kept = (await readJson(keptFile(source, apt))) as Kept | undefined;
  return kept?.schema === 1 ? kept : undefined;
}

/** A package as one text; two sources that stand for the same have the same. */
export function aptName({ suite, type, package: name, file, closure }: AptSource): string {
  return JSON.stringify([suite, type, name, file ?? null, closure ?? null]);
}

/** True for a time that is neither long ago nor, after a change of the clock, to come. */
function isFresh(at: number): boolean {
  const age = Date.now() - at;
  return age >= 0 && age < FRESH_MS;
}

/**
 * What a package stands for: version, files, digests, addresses. The answer is kept for 12 hours; a
 * kept one costs reading one small file. When the network fails, an older one is good enough. What is locked
 * stands for what the lock says, and nobody is asked.
 *
 * @param cache see StepContext.cache
 * @param refresh ask the mirror even if the kept answer is fresh
 * @throws Failed as `update` and `query`; `source-missing` when offline and nothing is kept
 */
export async function resolveApt(
  source: AptSource,
  cache: string,
  policy: FetchPolicy,
  signal: AbortSignal,
  refresh = false,
): Promise<AptResolution> {
  const locked = policy.locked?.[aptName(source)];
  if (locked !== undefined) return locked;
  const apt = privateApt(source, cache);
  const kept = await readKept(source, apt);
  if (kept !== undefined && (policy.offline || (!refresh && isFresh(kept.at)))) {
    return kept.resolution;
  }
  if (policy.offline) {
    throw new Failed({
      reason: 'source-missing',
      message: `what the package ${source.package} of Debian ${source.suite} is now is not known here, and the network is off (--offline)`,
      hints: [
        'run once without --offline: what was learned and downloaded is kept',
        'or use a tree or archive of your own: --source NAME=PATH',
        BY_BUNDLE,
      ],
    });
  }
  try {
    return await ask(source, apt, refresh, signal);
  } catch (error) {
    const useless = error instanceof Failed && error.failure.reason === 'network-failed';
    if (useless && kept !== undefined) return kept.resolution;
    throw error;
  }
}

/**
 * What a package stands for now: the mirror is asked, and without its answer there is none. It is kept.
 *
 * @param cache see StepContext.cache
 * @throws Failed as `update` and `query`
 */
export function askApt(
  source: AptSource,
  cache: string,
  signal: AbortSignal,
): Promise<AptResolution> {
  return ask(source, privateApt(source, cache), true, signal);
}

/** Asks the indexes, which are downloaded anew if they are old or `anew` says so; whoever waits takes what another was told. */
async function ask(
  source: AptSource,
  apt: PrivateApt,
  anew: boolean,
  signal: AbortSignal,
): Promise<AptResolution> {
  const started = Date.now();
  return withLock(
    join(apt.dir, 'lock'),
    async () => {
      const meanwhile = await readKept(source, apt);
      if (meanwhile !== undefined && meanwhile.at >= started) return meanwhile.resolution;
      if (anew || !isFresh(await updatedAt(apt))) await update(source, apt, signal);
      const resolution = await query(source, apt, signal);
      await keep(source, apt, resolution);
      return resolution;
    },
    { signal },
  );
}

async function updatedAt({ dir }: PrivateApt): Promise<number> {
  return stat(join(dir, 'updated')).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.NEGATIVE_INFINITY,
  );
}

/**
 * Keeps what somebody else was told of a package: good enough where there is no network, and never fresh.
 *
 * @param cache see StepContext.cache
 */
export function keepResolution(
  source: AptSource,
  cache: string,
  resolution: AptResolution,
): Promise<void> {
  return keep(source, privateApt(source, cache), resolution, 0);
}

async function keep(
  source: AptSource,
  apt: PrivateApt,
  resolution: AptResolution,
  at = Date.now(),
): Promise<void> {
  const file = keptFile(source, apt);
  await ensureDirectory(dirname(file));
  const kept: Kept = { schema: 1, at, resolution };
  await writeAtomically(file, JSON.stringify(kept));
}

/** Downloads by apt-helper, which checks the digest on the way; a file with another one is left as it is. */
export function byApt(apt: Pick<PrivateApt, 'env'>): Transport {
  return async (url, to, file, ctx) => {
    const look = setInterval(() => {
      void stat(to).then(
        ({ size }) => {
          const total = file.size === undefined ? {} : { total: file.size };
          ctx.progress({ done: size, ...total, unit: 'bytes', note: file.name });
        },
        () => undefined,
      );
    }, LOOK_EVERY_MS);
    try {
      const what = [url, to, `SHA256:${file.sha256}`];
      await exec([HELPER, '-o', `Acquire::Retries=${RETRIES}`, 'download-file', ...what], {
        env: apt.env,
        signal: ctx.signal,
      });
      return { ok: true, sha256: file.sha256, size: (await stat(to)).size };
    } catch (error) {
      if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') throw error;
      const wrong = `${to}.FAILED`;
      if ((await kindOf(wrong)) === 'file') {
        await rename(wrong, to);
        return { ok: true, sha256: await sha256File(to), size: (await stat(to)).size };
      }
      await removeTree(to);
      const why = (error.failure.details ?? []).filter((line) => line.startsWith('E: ')).join(' ');
      return { ok: false, kind: /\b404\b/.test(why) ? 'missing' : 'network', why };
    } finally {
      clearInterval(look);
    }
  };
}

/**
 * Fetches a package's files. When the mirror has replaced one since the package was resolved, it is
 * resolved anew, once.
 *
 * @throws Failed as `resolveApt` and `obtain`
 */
export async function fetchApt(
  name: string,
  source: AptSource,
  ctx: FetchContext,
): Promise<Fetched> {
  const { cache, policy, signal } = ctx;
  const bring = async (refresh: boolean): Promise<Fetched> => {
    const { version, files } = await resolveApt(source, cache, policy, signal, refresh);
    const transport = byApt(privateApt(source, cache));
    const fetched = [];
    for (const { url, ...file } of files) {
      const wanted = { source: name, ...file, urls: [url] };
      fetched.push(await obtain(wanted, ctx, transport));
    }
    return { files: fetched, version, pinned: true };
  };
  try {
    return await bring(false);
  } catch (error) {
    const gone = error instanceof Failed && error.failure.reason === 'source-missing';
    if (!gone || policy.offline || policy.locked !== undefined) throw error;
    return bring(true);
  }
}
