// SPDX-License-Identifier: GPL-2.0-only
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed } from '../model/failure.js';

/** A distribution's kernel, as its package brings it. */
export interface PackagedKernel {
  /** Absolute path of the bzImage. */
  readonly image: string;
  /** As `uname -r` tells it; the modules are in lib/modules below it. */
  readonly release: string;
}

const IMAGE = 'vmlinuz-';

/**
 * The kernel of an unpacked package.
 *
 * @param dir has boot/vmlinuz-RELEASE
 * @throws Failed `command-failed` when there is none, or more than one
 */
export async function packagedKernel(dir: string): Promise<PackagedKernel> {
  const folder = join(dir, 'boot');
  const images = (await readdir(folder)).filter((name) => name.startsWith(IMAGE));
  if (images.length === 1 && images[0] !== undefined) {
    return { image: join(folder, images[0]), release: images[0].slice(IMAGE.length) };
  }
  throw new Failed({
    reason: 'command-failed',
    message: `the kernel's package has ${images.length === 0 ? 'no boot/vmlinuz-*' : images.join(', ')}`,
  });
}
