// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ensureDirectory, kindOf, removeTree, writeAtomically } from '../../host/files.js';
import { sha256, sha256File } from '../../host/hash.js';
import { INSTALLED } from '../../host/installed.js';
import { CpioArchive } from '../../vm/initramfs/cpio.js';
import { stageModules } from '../../vm/initramfs/modules.js';
import { addStaged } from '../../vm/initramfs/staged.js';
import { addBase, addScripts, staticBusybox } from '../../vm/initramfs/userland.js';

/** What is loaded: the virtio devices, the file systems that they bring, and the layer over the root. */
const MODULES = [
  ...['virtio_pci', 'virtio_console', 'virtio_blk', '9pnet_virtio'],
  ...['squashfs', '9p', 'overlay'],
];

/** Our scripts come with the program. */
const GUEST = join(INSTALLED, 'guest');
const SCRIPTS = {
  init: 'builder/init',
  'bin/agent': 'agent',
  'lib/workshop': 'builder/workshop',
} as const;

/** Quick to pack; to unpack all levels are alike. */
const LEVEL = 1;

/** A distribution's kernel, and the digest that tells it from others. */
interface Kernel {
  readonly dir: string;
  readonly release: string;
  readonly digest: string;
}

/**
 * The initramfs of the builder's virtual machine, made if it is not kept yet.
 *
 * @param folder where the file is kept, under the digest of all that it is made of
 * @returns absolute path
 * @throws Failed `host-lacks` without a static busybox, `command-failed` when the kernel lacks a module
 */
export async function builderImage(folder: string, kernel: Kernel): Promise<string> {
  const busybox = await staticBusybox();
  const parts = [busybox, ...Object.values(SCRIPTS).map((name) => join(GUEST, name))];
  const digests = await Promise.all(parts.map(sha256File));
  const key = sha256([kernel.digest, ...MODULES, ...digests].join('\n'));
  const file = join(folder, `${key}.cpio.gz`);
  if ((await kindOf(file)) === 'file') return file;
  const packed = await promisify(gzip)(await archiveOf(kernel, busybox), { level: LEVEL });
  await ensureDirectory(folder);
  await writeAtomically(file, packed);
  return file;
}

async function archiveOf({ dir, release }: Kernel, busybox: string): Promise<Buffer> {
  const archive = new CpioArchive();
  await addBase(archive, busybox);
  await addScripts(archive, GUEST, SCRIPTS);
  const stage = await mkdtemp(join(tmpdir(), 'l7build-modules-'));
  try {
    await stageModules([dir], release, MODULES, stage);
    await addStaged(archive, stage);
  } finally {
    await removeTree(stage);
  }
  return archive.toBuffer();
}
