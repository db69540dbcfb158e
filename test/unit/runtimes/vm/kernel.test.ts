// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unpackedKernel } from '../../../../src/runtimes/vm/kernel.js';
import { bzImage, pvhKernel } from '../../vm/fake-kernel.js';

const KERNEL = pvhKernel(8);

describe('unpackedKernel', () => {
  let folder: string;
  let image: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kernel-'));
    image = join(folder, 'vmlinuz');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const pack = (program: string, ...argv: string[]): Buffer =>
    execFileSync(program, ['--stdout', ...argv, '-'], { input: KERNEL });
  /** As the kernel's build appends it. */
  const sized = (packed: Buffer): Buffer => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(KERNEL.length);
    return Buffer.concat([packed, size]);
  };

  it.each([
    ['gzip', () => pack('gzip')],
    ['xz', () => sized(pack('xz', '--check=crc32', '--x86', '--lzma2'))],
    ['zstd', () => sized(pack('zstd', '--quiet'))],
  ])('unpacks a kernel of %s once, and keeps it', async (_format, payload) => {
    await writeFile(image, bzImage(payload()));
    const kept = join(folder, 'kept');
    const file = await unpackedKernel(kept, image);
    expect(await readFile(file)).toEqual(KERNEL);
    expect(await unpackedKernel(kept, image)).toBe(file);
    expect(await readdir(kept)).toHaveLength(1);
  });

  it('leaves alone what could not be started so', async () => {
    await writeFile(image, bzImage(execFileSync('gzip', ['-c'], { input: '\x7fELF but no note' })));
    expect(await unpackedKernel(join(folder, 'kept'), image)).toBe(image);
    await writeFile(image, 'another format altogether');
    expect(await unpackedKernel(join(folder, 'kept'), image)).toBe(image);
  });
});
