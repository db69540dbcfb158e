// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '../../host/exec.js';
import { ensureDirectory, kindOf, removeTree, writeAtomically } from '../../host/files.js';
import { sha256 } from '../../host/hash.js';
import { payloadOf, startsUnpacked, type Payload } from '../../vm/bzimage.js';

/** Programs that unpack a file in its place, and the ending that they ask for. */
const UNPACKERS: Readonly<Partial<Record<Payload['format'], readonly [string, string]>>> = {
  gzip: ['gzip', '.gz'],
  xz: ['xz', '.xz'],
  zstd: ['zstd', '.zst'],
};

/**
 * A kernel that starts at once: unpacked here, since an emulated processor takes ten seconds and
 * more for what a bzImage does first.
 *
 * @param folder where what was unpacked is kept
 * @param image absolute path of a bzImage
 * @returns path of the unpacked kernel, or `image` where it cannot be started so
 */
export async function unpackedKernel(folder: string, image: string): Promise<string> {
  const packed = await readFile(image);
  const file = join(folder, `${sha256(packed)}.vmlinux`);
  if ((await kindOf(file)) === 'file') return file;
  const payload = payloadOf(packed);
  const kernel = payload === undefined ? undefined : await unpack(payload);
  if (kernel === undefined || !startsUnpacked(kernel)) return image;
  await ensureDirectory(folder);
  await writeAtomically(file, kernel);
  return file;
}

async function unpack({ format, data }: Payload): Promise<Buffer | undefined> {
  const [program, ending] = UNPACKERS[format] ?? [];
  if (program === undefined || ending === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'l7build-kernel-'));
  try {
    const file = join(folder, `kernel${ending}`);
    await writeFile(file, data);
    await exec([program, '--quiet', '--decompress', file]);
    return await readFile(join(folder, 'kernel'));
  } finally {
    await removeTree(folder);
  }
}
