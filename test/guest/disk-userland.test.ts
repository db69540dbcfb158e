// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrate } from '../../src/vm/calibrate.js';
import { freePort } from '../cli/ports.js';
import { Machine } from './disk-machine.js';
import { inhabitedDisk, ssh, sshOnce } from './inhabited.js';

/** Rules that show by their listing that they are these. */
const RULES = `*filter
:FORWARD DROP
-A INPUT -m layer7 --l7proto ssh
-A INPUT -m layer7 --l7proto http
COMMIT
`;

/**
 * What users do: a disk of a real build in module mode, booted by QEMU's firmware, and entered by ssh. It is the one
 * in the box for Vagrant, so that this is tried too.
 */
describe("a disk with Debian's programs", () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'l7build-inhabited-')));
  const path = (name: string): string => join(root, name);
  let machine: Machine | undefined;
  let port = 0;

  const boot = async (): Promise<void> => {
    const { accelerator } = await calibrate(root);
    port = await freePort();
    const nic = `,hostfwd=tcp:127.0.0.1:${String(port)}-:22`;
    machine = new Machine(path('box.img'), 'qcow2', accelerator, { nic, changes: true });
    await machine.says(/wall login: /);
  };
  const login = (key = 'key') => ({ root, port, key: path(key) });

  beforeAll(async () => {
    for (const key of ['key', 'stranger']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(key)]);
    }
    writeFileSync(path('rules'), RULES);
    const words = ['--authorized-keys', path('key.pub'), '--rules', path('rules')];
    await inhabitedDisk(root, 'disk.qcow2', 'module', ...words, '--hostname', 'wall', '--vagrant');
    execFileSync('tar', ['-C', root, '-xzf', path('disk.vagrant/l7build.box')]);
    await boot();
  });
  afterAll(() => {
    machine?.kill();
    rmSync(root, { recursive: true });
  });

  it("lets a key's owner in by ssh, to Debian's shell, under the name given", async () => {
    const asked = '. /etc/os-release; echo $ID; cat /etc/hostname; getent hosts wall';
    expect(await ssh(login(), asked)).toMatch(/^debian\nwall\n127\.0\.0\.1 +localhost wall\n/);
  });

  it('lets nobody else in, and no password either', async () => {
    await expect(ssh(login('stranger'), 'true')).rejects.toThrow(/Permission denied \(publickey\)/);
  });

  it('has the rules that were given, of which one of layer7 counts this very login', async () => {
    const listed = await ssh(login(), 'iptables -nvxL');
    expect(listed).toContain('Chain FORWARD (policy DROP');
    const packets = (protocol: string): number =>
      Number(new RegExp(`^ *(\\d+) .*${protocol}`, 'm').exec(listed)?.[1] ?? 'none');
    expect(packets('l7proto ssh')).toBeGreaterThan(0);
    expect(packets('l7proto http')).toBe(0);
  });

  it('has the definitions, an address, and who resolves names', async () => {
    const asked = 'ls /etc/l7-protocols; ip -4 -o address show dev eth0; cat /etc/resolv.conf';
    expect(await ssh(login(), asked)).toMatch(
      /^http\.pat\n[^]*inet 10\.0\.2\.15\/24 [^]*nameserver 10\./m,
    );
  });

  it('keeps its key over a boot, and all else is as it was', async () => {
    await ssh(login(), 'touch /root/changed');
    await sshOnce(login(), 'shutdown -h now').catch(() => undefined);
    await machine?.ended();
    await boot();
    // Another key would be refused: the first one is known by now.
    expect(await ssh(login(), 'ls /root')).toBe('');
  });
});
