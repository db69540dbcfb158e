// SPDX-License-Identifier: GPL-2.0-only
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeTarball } from '../formats/tarball.js';
import { ensureDirectory, temporaryName } from '../host/files.js';
import { sha256File } from '../host/hash.js';
import { withLock } from '../host/lock.js';
import type { Store } from '../engine/store.js';
import { Failed } from '../model/failure.js';
import type { Source } from '../model/source.js';
import type { FetchPolicy } from '../model/step.js';
import type { Entry } from '../model/store.js';
import type { Plan } from '../model/task.js';
import { resolveApt } from '../sources/index.js';
import { trueKey, type SourceEntry } from './entry.js';
import { BUNDLE_FORMAT, folderOf, MANIFEST, type BundleManifest } from './manifest.js';

/** What was fetched from a source that a bundle carries. */
export interface FetchedSource {
  readonly name: string;
  readonly source: Source;
  readonly entry: Entry;
}

/**
 * Writes a bundle: a tar of the manifest and every file, compressed by zstd. The same inputs give the same
 * bytes. The file appears whole, by rename.
 *
 * @param plan whose sources these are
 * @param fetched in the plan's order
 * @param out path of the file
 * @returns what it holds
 * @throws Failed `store-unusable` for an entry whose files are not what they were, `source-missing`, `no-space`,
 *   `interrupted`
 */
export async function createBundle(
  plan: Pick<Plan, 'name' | 'mode'>,
  fetched: readonly FetchedSource[],
  out: string,
  store: Store,
  signal: AbortSignal,
): Promise<BundleManifest> {
  const entries = await Promise.all(fetched.map((each) => entryOf(each, store.root, signal)));
  const manifest: BundleManifest = {
    format: BUNDLE_FORMAT,
    kernel: plan.name,
    mode: plan.mode,
    entries,
  };
  const dirs = new Map(fetched.map(({ entry }) => [entry.manifest.key, entry.dir]));
  return withLock(
    store.lockFile('bundle'),
    async () => {
      const { out: stage } = await store.stage('bundle');
      const part = temporaryName(out);
      try {
        await writeFile(join(stage, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
        for (const entry of entries) await lay(entry, dirs.get(entry.key) ?? '', stage);
        await ensureDirectory(dirname(out));
        await writeTarball(stage, part, signal);
        await rename(part, out);
        return manifest;
      } finally {
        await rm(part, { force: true });
        await store.discard('bundle');
      }
    },
    { signal },
  );
}

/**
 * A fetched source as an entry.
 *
 * @param cache the store's root
 * @throws Failed `source-missing` if it was replaced in Debian's archive meanwhile
 */
export async function entryOf(
  { name, source, entry }: FetchedSource,
  cache: string,
  signal: AbortSignal,
): Promise<SourceEntry> {
  const { key, files } = entry.manifest;
  if (source.kind === 'local' || source.kind === 'revision' || source.kind === 'by-hand') {
    throw new Error(`${name} is nothing that was fetched`);
  }
  // Just asked for: the kept answer is the one that the fetch was given.
  const policy: FetchPolicy = { mirrors: [], offline: true };
  const resolution =
    source.kind === 'apt' ? await resolveApt(source, cache, policy, signal) : undefined;
  const said = { name, source, ...(resolution === undefined ? {} : { resolution }) };
  if (trueKey(said) === key) return { key, ...said, files };
  throw new Failed({
    reason: 'source-missing',
    message: `the packages of ${name} were replaced in Debian's archive just now`,
    hints: ['run the same again'],
  });
}

/** Lays an entry's files into the bundle's folder, if they are what they were when they were stored. */
async function lay(entry: SourceEntry, dir: string, stage: string): Promise<void> {
  for (const { path, sha256 } of entry.files) {
    const from = join(dir, path);
    if ((await sha256File(from)) !== sha256) {
      throw new Failed({
        reason: 'store-unusable',
        message: `${from} is not what was stored: it has changed since`,
        hints: [`remove ${dirname(dir)} and run the same again`],
      });
    }
    const to = join(stage, folderOf(entry), path);
    await ensureDirectory(dirname(to));
    await link(from, to);
  }
}
