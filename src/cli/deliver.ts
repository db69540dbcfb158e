// SPDX-License-Identifier: GPL-2.0-only
import { constants, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TaskResult } from '../engine/environment.js';
import { temporaryName } from '../host/files.js';
import { sha256File } from '../host/hash.js';
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
 */
export async function deliver(
  results: readonly TaskResult[],
  out: string,
): Promise<ReportedArtifact[]> {
  const files = await Promise.all(results.map(delivered));
  const copies = files.flatMap((each) => Object.entries(each));
  return Promise.all(copies.map(([name, from]) => copyArtifact(name, from, join(out, name))));
}

async function copyArtifact(name: string, from: string, to: string): Promise<ReportedArtifact> {
  const [sha256, size, oldSize] = await Promise.all([sha256File(from), sizeOf(from), sizeOf(to)]);
  if (oldSize !== size || (await sha256File(to)) !== sha256) {
    await mkdir(dirname(to), { recursive: true });
    const part = temporaryName(to);
    try {
      await copyFile(from, part, constants.COPYFILE_FICLONE);
      await rename(part, to);
    } finally {
      await rm(part, { force: true });
    }
  }
  return { name, sha256, size: size ?? 0 };
}

/** A file's size in bytes, or undefined where there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}
