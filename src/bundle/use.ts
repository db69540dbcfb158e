// SPDX-License-Identifier: GPL-2.0-only
import { readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inventory } from '../engine/inventory.js';
import { digestOf, type Store } from '../engine/store.js';
import { unpackArchive } from '../host/archive.js';
import { ensureDirectory, kindOf } from '../host/files.js';
import { withLock } from '../host/lock.js';
import { refused } from '../host/members.js';
import { formatBytes } from '../host/space.js';
import { TreeWriter } from '../host/tree-writer.js';
import { Failed } from '../model/failure.js';
import type { Fetched } from '../model/source.js';
import type { EntryFile } from '../model/store.js';
import { keepResolution } from '../sources/index.js';
import type { SourceEntry } from './entry.js';
import { folderOf, MANIFEST, readManifest, type BundleManifest } from './manifest.js';

/** Bytes of a manifest: that of a whole toolchain has 60 thousand. */
const LARGEST_MANIFEST = 8 * 1024 ** 2;

/**
 * Takes what a bundle carries into the store, once all of it was found to be what the manifest says, and
 * what the sources pin. Of a bundle that is refused nothing stays.
 *
 * @param file path of the bundle
 * @returns what it holds
 * @throws Failed `usage` if there is no such file, `archive-refused` for a broken or hostile one, `no-space`,
 *   `interrupted`
 */
export async function useBundle(
  file: string,
  store: Store,
  signal: AbortSignal,
): Promise<BundleManifest> {
  const there = await stat(file).catch(() => undefined);
  if (there?.isFile() !== true) {
    throw new Failed({
      reason: 'usage',
      message: `there is no bundle ${file}`,
      hints: ['make one on a host with a network: l7build bundle create --kernel 6.1 --out FILE'],
    });
  }
  return withLock(
    store.lockFile('bundle'),
    async () => {
      const { out: stage } = await store.stage('bundle');
      try {
        const tree = new TreeWriter(stage);
        await unpackArchive(file, tree, { strip: 0, signal });
        tree.finish();
        const manifest = await checked(stage, basename(file));
        for (const entry of manifest.entries)
          await take(entry, join(stage, folderOf(entry)), file, store, signal);
        return manifest;
      } finally {
        await store.discard('bundle');
      }
    },
    { signal },
  );
}

/** The manifest of an unpacked bundle that has what it says, and nothing else. */
async function checked(stage: string, bundle: string): Promise<BundleManifest> {
  const path = join(stage, MANIFEST);
  if ((await kindOf(path)) !== 'file') {
    throw refused(bundle, MANIFEST, 'there is no such file: this is no bundle of l7build');
  }
  if ((await stat(path)).size > LARGEST_MANIFEST) {
    throw refused(bundle, MANIFEST, `it has more than ${formatBytes(LARGEST_MANIFEST)}`);
  }
  const manifest = readManifest(await readFile(path, 'utf8'));
  if ('why' in manifest) throw refused(bundle, MANIFEST, manifest.why);
  const wanted = new Map<string, EntryFile>(
    manifest.entries.flatMap((entry) =>
      entry.files.map((each) => [`${folderOf(entry)}/${each.path}`, each] as const),
    ),
  );
  for (const { path: name, sha256, size } of await inventory(stage)) {
    if (name === MANIFEST) continue;
    const want = wanted.get(name);
    if (want === undefined) throw refused(bundle, name, 'the manifest does not list it');
    if ((await kindOf(join(stage, name))) !== 'file') throw refused(bundle, name, 'it is no file');
    if (size !== want.size) {
      throw refused(bundle, name, `it has ${String(size)} bytes, not ${String(want.size)}`);
    }
    if (sha256 !== want.sha256) {
      throw refused(bundle, name, `its SHA-256 is ${sha256}, not ${want.sha256}`);
    }
    wanted.delete(name);
  }
  const [missing] = wanted.keys();
  if (missing !== undefined)
    throw refused(bundle, missing, 'the manifest lists it, and it is not there');
  return manifest;
}

/** Publishes an entry, unless the store has it. */
async function take(
  entry: SourceEntry,
  from: string,
  bundle: string,
  store: Store,
  signal: AbortSignal,
): Promise<void> {
  const { key, name, source, resolution } = entry;
  const files = entry.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const publish = async (): Promise<void> => {
    if ((await store.lookup(key)) !== undefined) return;
    const { out } = await store.stage(key);
    for (const { path } of files) {
      await ensureDirectory(dirname(join(out, path)));
      await rename(join(from, path), join(out, path));
    }
    await store.publish({
      key,
      task: `fetch:${name}`,
      digest: digestOf(files),
      files,
      derived: false,
      facts: { ...factsOf(entry, bundle) },
      created: new Date().toISOString(),
      ms: 0,
    });
  };
  await withLock(store.lockFile(key), publish, { signal });
  if (source.kind === 'apt' && resolution !== undefined) {
    await keepResolution(source, store.root, resolution);
  }
}

function factsOf({ source, resolution, files }: SourceEntry, bundle: string): Fetched {
  const version = source.kind === 'git' ? source.commit : resolution?.version;
  return {
    files: files.map(({ path: name, sha256, size }) => ({ name, sha256, size, from: bundle })),
    pinned: true,
    ...(version === undefined ? {} : { version }),
    ...('members' in source ? { tree: true } : {}),
  };
}
