// SPDX-License-Identifier: GPL-2.0-only
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TaskResult } from '../engine/environment.js';
import { putAside } from '../engine/soundness.js';
import type { Store } from '../engine/store.js';
import { copyAtomically, ensureDirectory } from '../host/files.js';
import { sha256File } from '../host/hash.js';
import { Failed } from '../model/failure.js';
import type { ReportedArtifact } from '../model/report.js';
import { packagedKernel } from '../vm/kernel-package.js';

/** What is delivered of which task, under which name. */
const DELIVERED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'compile:linux': { bzImage: 'bzImage', 'System.map': 'System.map', config: 'config' },
  'patch:linux': { 'layer7.patch': 'layer7.patch' },
  'package:modules': { 'modules.tar.zst': 'modules.tar.zst' },
  'package:dkms': { 'dkms.tar.zst': 'dkms.tar.zst' },
  'package:headers': { 'headers.tar.zst': 'headers.tar.zst' },
  'package:iptables': { 'iptables.tar.zst': 'iptables.tar.zst' },
  'package:l7-protocols': { 'l7-protocols.tar.zst': 'l7-protocols.tar.zst' },
  'image:initramfs': { 'initramfs.cpio.gz': 'initramfs.cpio.gz' },
};

/** What of a task is delivered, with its absolute path. Module mode delivers the distribution's kernel. */
async function delivered({ task, entry }: TaskResult): Promise<Readonly<Record<string, string>>> {
  if (task.id === 'unpack:kernel') {
    const { image, systemMap, config } = await packagedKernel(entry.dir);
    return { bzImage: image, 'System.map': systemMap, config };
  }
  const files = Object.entries(DELIVERED[task.id] ?? {});
  return Object.fromEntries(files.map(([name, from]) => [name, join(entry.dir, from)]));
}

/**
 * Copies a run's artifacts to the output folder; a file that is already right is left alone, any other
 * is replaced whole.
 *
 * @throws Failed `store-unusable` for one that is no longer what was made; then its entry is put aside
 */
export async function deliver(
  results: readonly TaskResult[],
  out: string,
  store: Store,
): Promise<ReportedArtifact[]> {
  const all = await Promise.all(
    results.map(async (result) => {
      const files = Object.entries(await delivered(result));
      return Promise.all(
        files.map(async ([name, from]) => {
          const artifact = { name, sha256: await sha256File(from), size: (await stat(from)).size };
          if (!isAsMade(artifact, from, result)) {
            await putAside(store, result.key);
            throw damaged(name, result);
          }
          await bring(artifact, from, join(out, name));
          return artifact;
        }),
      );
    }),
  );
  return all.flat();
}

/** Compares a file with the manifest of its entry; trees are not listed in theirs. */
function isAsMade({ sha256 }: ReportedArtifact, from: string, { entry }: TaskResult): boolean {
  const listed = entry.manifest.files.find(({ path }) => join(entry.dir, path) === from);
  return listed === undefined || listed.sha256 === sha256;
}

function damaged(name: string, { task, key }: TaskResult): Failed {
  return new Failed({
    reason: 'store-unusable',
    message: `${name} of ${task.id} was damaged in the store`,
    details: [`it was put aside: quarantine/${key}`],
    hints: ['start the run again: it is made again; look at the others with l7build store verify'],
  });
}

async function bring({ sha256, size }: ReportedArtifact, from: string, to: string): Promise<void> {
  if ((await sizeOf(to)) === size && (await sha256File(to)) === sha256) return;
  await ensureDirectory(dirname(to));
  await copyAtomically(from, to);
}

/** A file's size in bytes, or undefined where there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}
