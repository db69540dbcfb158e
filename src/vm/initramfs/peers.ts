// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../../host/tools.js';
import { Failed } from '../../model/failure.js';
import { CpioArchive } from './cpio.js';
import { systemLibraries } from './libraries.js';

/** Below it stands a system of its own: its libraries may be others than those of iptables. */
const ROOT = '/peers';

/**
 * What a guest needs to play recorded exchanges: the host's perl, which alone speaks UDP and is on every Debian, with its
 * libraries, our script for it, and what it is to play.
 *
 * @param guest folder of our own scripts
 * @param playbooks by path
 * @throws Failed `host-lacks` without perl
 */
export async function peersArchive(
  guest: string,
  playbooks: ReadonlyMap<string, string>,
): Promise<CpioArchive> {
  // The system's: one of somebody's own may be a script, or need libraries of their own.
  const perl = findProgram('perl', '/usr/bin:/bin');
  if (perl === undefined) {
    throw new Failed({
      reason: 'host-lacks',
      message: 'perl, which plays recorded exchanges in the guest, is not installed',
      hints: ['install the package perl-base'],
    });
  }
  const archive = new CpioArchive();
  const add = async (path: string, file: string): Promise<void> => {
    archive.add(join(ROOT, path), { kind: 'file', data: await readFile(file), executable: true });
  };
  await add('usr/bin/perl', perl);
  await add('bin/peers', join(guest, 'peers'));
  for (const { file, path } of await systemLibraries([perl], new Map(), '/')) await add(path, file);
  for (const [path, text] of playbooks) {
    archive.add(join(ROOT, path), { kind: 'file', data: Buffer.from(text), executable: false });
  }
  return archive;
}
