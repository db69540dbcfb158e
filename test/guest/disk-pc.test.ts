// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrate } from '../../src/vm/calibrate.js';
import { freePort } from '../cli/ports.js';
import { Machine } from './disk-machine.js';
import { inhabitedDisk, ssh } from './inhabited.js';

/** It compiles a whole kernel. */
const asked = process.env['L7BUILD_TEST_FULL'] !== undefined;

/**
 * A disk with the kernel of a full build, on a machine without anything of virtio: a disk at AHCI, a card of Intel's and a
 * screen are what VirtualBox gives a machine, too.
 */
describe.runIf(asked)("a full build's disk in a PC", () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'l7build-pc-')));
  const key = join(root, 'key');
  let machine: Machine | undefined;
  let port = 0;

  beforeAll(async () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const words = ['--authorized-keys', `${key}.pub`, '--hostname', 'wall'];
    const disk = await inhabitedDisk(root, 'disk.qcow2', 'full', ...words);
    const { accelerator } = await calibrate(root);
    port = await freePort();
    const nic = `,hostfwd=tcp:127.0.0.1:${String(port)}-:22`;
    machine = new Machine(disk, 'qcow2', accelerator, { nic, hardware: 'pc' });
    await machine.says(/wall login: /);
  });
  afterAll(() => {
    machine?.kill();
    rmSync(root, { recursive: true });
  });

  const run = (command: string): Promise<string> => ssh({ root, port, key }, command);

  it("has Debian's programs, and rules of layer7 that count", async () => {
    expect(await run('. /etc/os-release; echo $ID; uname -r')).toMatch(
      /^debian\n6\.1\..*-layer7\n$/,
    );
    const listed = await run('iptables -nvxL layer7');
    expect(Number(/^ *(\d+) .*l7proto ssh/m.exec(listed)?.[1] ?? 'none')).toBeGreaterThan(0);
  });

  it('has its disk at AHCI, and its card is of Intel', async () => {
    const asked = 'ls /sys/class/block; basename $(readlink /sys/class/net/eth0/device/driver)';
    expect(await run(asked)).toMatch(/^sda\nsda1\nsda2\nsda3\n(?:.*\n)*e1000\n$/);
  });

  it('offers a login at its screen, where keys are heard', async () => {
    expect(await run('cat /dev/vcs1')).toContain('wall login:');
    expect(await run('cat /proc/bus/input/devices')).toContain('AT Translated Set 2 keyboard');
  });
});
