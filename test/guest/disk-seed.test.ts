// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { calibrate } from '../../src/vm/calibrate.js';
import { freePort } from '../cli/ports.js';
import { Machine } from './disk-machine.js';
import { inhabitedDisk, ssh, type Login } from './inhabited.js';

/** A seed as somebody else writes it, with more than is taken, and what must not be. */
const THEIRS = {
  'meta-data': `---
# by hand
instance-id: i-1
local-hostname: "tower.example.org"
network-interfaces: |
  local-hostname: nested
`,
  'user-data': (key: string): string => `#cloud-config
hostname: a b; reboot
runcmd:
  - [touch, /root/ran]
ssh_authorized_keys:
  - command="id" ${key}
  - '${key}'
`,
};

describe('a disk that belongs to nobody', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'l7build-seed-')));
  const path = (name: string): string => join(root, name);
  let machine: Machine | undefined;

  /** Boots with a second disk. @returns where to log in, and what the console said */
  const boot = async (seed: string, name: string): Promise<readonly [Login, string]> => {
    const { accelerator } = await calibrate(root);
    const port = await freePort();
    const nic = `,hostfwd=tcp:127.0.0.1:${String(port)}-:22`;
    machine = new Machine(path('disk.qcow2'), 'qcow2', accelerator, { nic, beside: seed });
    const told = await machine.says(new RegExp(`${name} login: `));
    return [{ root, port, key: path('key') }, told];
  };

  beforeAll(async () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path('key')]);
    const words = ['--hostname', 'tower', '--authorized-keys', path('key.pub'), '--seed'];
    await inhabitedDisk(root, 'disk.qcow2', 'module', ...words);
  });
  afterEach(() => {
    machine?.kill();
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it('is called and entered as the seed that was written with it says', async () => {
    const [login] = await boot(path('disk.seed.img'), 'tower');
    const asked =
      'cat /etc/hostname; getent hosts tower; cut -d " " -f 1 /root/.ssh/authorized_keys';
    expect(await ssh(login, asked)).toMatch(
      /^tower\n127\.0\.0\.1 +localhost tower\nssh-ed25519\n$/,
    );
  });

  /** How a volume of each kind is written, of these files. */
  const volumes: Record<string, (to: string, files: readonly string[]) => void> = {
    FAT: (to, files) => {
      execFileSync('mkfs.fat', ['-C', '-n', 'cidata', to, '1440']);
      execFileSync('mcopy', ['-i', to, ...files, '::/']);
    },
    // As cloud-localds has it written.
    'ISO 9660': (to, files) => {
      const words = ['-quiet', '-output', to, '-volid', 'cidata', '-joliet', '-rock', ...files];
      execFileSync('xorrisofs', words);
    },
  };

  it.each(Object.entries(volumes))(
    "takes name and keys of others' seeds on %s",
    async (kind, write) => {
      const key = readFileSync(path('key.pub'), 'utf8').trim();
      writeFileSync(path('meta-data'), THEIRS['meta-data']);
      writeFileSync(path('user-data'), THEIRS['user-data'](key));
      rmSync(path('known'), { force: true });
      write(path(kind), [path('meta-data'), path('user-data')]);
      const [login, told] = await boot(path(kind), 'tower');
      for (const line of [
        'meta-data: network-interfaces is not taken; only local-hostname and public-keys are',
        'user-data: runcmd is not taken; only hostname and ssh_authorized_keys are',
        'what it has for a name is none',
        'what it has for a key is none',
      ]) {
        expect(told).toContain(`seed: ${line}\r\n`);
      }
      expect(await ssh(login, 'ls /root; cat /root/.ssh/authorized_keys')).toBe(`${key}\n`);
    },
  );
});
