// SPDX-License-Identifier: GPL-2.0-only
import { basename, join } from 'node:path';
import { vagrantfile, writeBox } from '../../formats/vagrant.js';
import { ensureDirectory, writeAtomically } from '../../host/files.js';
import { Failed } from '../../model/failure.js';
import { writeLine } from '../screen.js';
import type { DiskOptions } from './options.js';

const BOX = 'l7build.box';

/** @throws Failed `usage` for a disk that no box can be made of */
export function refuseNoBox({ vagrant, userland, format, seed }: DiskOptions): void {
  if (!vagrant) return;
  if (seed) {
    throw new Failed({
      reason: 'usage',
      message: '--vagrant: a machine of a box has no volume for a seed',
      hints: ['leave out --seed'],
    });
  }
  const why =
    userland === undefined
      ? 'Vagrant enters its machines by ssh, which the small programs have not'
      : `a box for libvirt has a disk of the form qcow2, not ${format}`;
  if (userland !== undefined && format === 'qcow2') return;
  throw new Failed({
    reason: 'usage',
    message: `--vagrant: ${why}`,
    hints: [userland === undefined ? 'add --userland debian' : 'leave out --format'],
  });
}

/**
 * Writes a box of a disk, and a Vagrantfile for one machine of it, into a folder beside the disk.
 *
 * @param disk absolute path
 */
export async function putBox(
  disk: string,
  { kernel, authorizedKeys }: DiskOptions,
  signal: AbortSignal,
): Promise<void> {
  const folder = `${disk.replace(/\.[^./]+$/, '')}.vagrant`;
  await ensureDirectory(folder);
  await writeBox(disk, join(folder, BOX), signal);
  await writeAtomically(join(folder, 'Vagrantfile'), vagrantfile(`l7build-${kernel}`, BOX));
  writeLine(`Box: ${join(folder, BOX)}. Next: cd ${folder} && vagrant up --provider libvirt`);
  if (authorizedKeys !== undefined) return;
  writeLine(
    `Note: ${basename(disk)} lets in whoever has Vagrant's well-known key, which is everybody; keep it off other networks`,
  );
}
