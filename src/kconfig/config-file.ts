// SPDX-License-Identifier: GPL-2.0-only
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Failed } from '../model/failure.js';

/** Bytes of the largest configuration taken, packed or not; a distribution's has about 300 KB. */
const LARGEST = 16 * 1024 * 1024;

/** A kernel configuration as found somewhere. */
export interface ConfigFile {
  /** The file read. */
  readonly path: string;
  readonly text: string;
}

/**
 * Reads a kernel configuration: a file such as /boot/config-*, a gzip'ed one such as /proc/config.gz
 * (whatever its name), or the .config of a directory.
 *
 * @throws Failed `usage` if it is missing, too large, or no kernel configuration
 */
export async function readConfigFile(place: string): Promise<ConfigFile> {
  const found = await stat(place).catch((error: unknown) => {
    throw unusable(`${place} cannot be read: ${message(error)}`);
  });
  const path = found.isDirectory() ? join(place, '.config') : place;
  const bytes = await firstBytes(path);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (packed ? await unpacked(path, bytes) : bytes).toString('latin1');
  if (/^(?:# )?CONFIG_[A-Za-z0-9_]+(?:=| is not set$)/m.test(text)) return { path, text };
  throw unusable(`${path} is no kernel configuration: it has no CONFIG_ line`);
}

/** `# Linux/x86 6.1.192 Kernel Configuration`, and `# Linux kernel version: 2.6.32` before 3.x */
const VERSION_LINE = /^# Linux(?:\/\S+| kernel version:) (\d+)\.(\d+)(?:\.(\d+))?/m;

/**
 * The recipe's version that a configuration is of: 6.1 for 6.1.192, 2.6.32 for itself.
 * @throws Failed `usage` if it does not say
 */
export function kernelOf({ path, text }: ConfigFile): string {
  const [, major, minor = '', patch = ''] = VERSION_LINE.exec(text) ?? [];
  if (major === undefined) {
    throw new Failed({
      reason: 'usage',
      message: `${path} does not say which kernel it is of`,
      hints: ['say it: --kernel VERSION'],
    });
  }
  return major === '2' ? `${major}.${minor}.${patch}` : `${major}.${minor}`;
}

/** Files of /proc tell no size: reads until the end, or until it is too much. */
async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unusable(`${path} cannot be read: ${message(error)}`);
  });
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of file.createReadStream({
      autoClose: false,
    }) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > LARGEST) throw unusable(`${path} is larger than 16 MiB`);
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

async function unpacked(path: string, bytes: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: LARGEST });
  } catch (error) {
    throw unusable(`${path} cannot be unpacked: ${message(error)}`);
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unusable(words: string): Failed {
  return new Failed({
    reason: 'usage',
    message: words,
    hints: ["name a kernel's config: /boot/config-RELEASE, /proc/config.gz, or a build directory"],
  });
}
