// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { Running } from '../cli/program.js';

/** Makes a disk with Debian's programs by a real build. @returns its path */
export async function inhabitedDisk(
  root: string,
  name: string,
  mode: 'full' | 'module',
  ...words: string[]
): Promise<string> {
  const image = ['image', '--kernel', '6.1', '--mode', mode, '--userland', 'debian'];
  const { ended } = new Running([...image, ...words, '--out', join(root, name)], {
    cwd: root,
    env: process.env as Record<string, string>,
  });
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
  return join(root, name);
}

/** Where somebody is to log in as root. */
export interface Login {
  /** Folder for what is known of machines. */
  readonly root: string;
  /** Port of this machine that is forwarded to the server. */
  readonly port: number;
  /** Path of the private key. */
  readonly key: string;
}

/** What a command prints, by ssh. */
export async function sshOnce({ root, port, key }: Login, command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('ssh', [
    ...['-F', 'none', '-i', key, '-p', String(port), '-o', 'BatchMode=yes'],
    ...['-o', 'IdentityAgent=none', '-o', 'ConnectTimeout=60', '-o', 'ConnectionAttempts=5'],
    ...['-o', `UserKnownHostsFile=${join(root, 'known')}`, '-o', 'HostKeyAlias=wall'],
    ...['-o', 'StrictHostKeyChecking=accept-new', 'root@127.0.0.1', command],
  ]);
  return stdout;
}

/** The same, of a machine that may be starting: QEMU takes connections before it has an address, and ends them. */
export async function ssh(login: Login, command: string): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await sshOnce(login, command);
    } catch (error) {
      if (tries === 90 || !/Connection (?:reset|closed)/.test(String(error))) throw error;
      await sleep(1000);
    }
  }
}
