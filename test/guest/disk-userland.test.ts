// SPDX-License-Identifier: GPL-2.0-only
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrate } from '../../src/vm/calibrate.js';
import { freePort } from '../cli/ports.js';
import { Running } from '../cli/program.js';
import { Machine } from './disk-machine.js';

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

  const made = async (name: string, ...words: string[]): Promise<string> => {
    const image = ['image', '--kernel', '6.1', '--mode', 'module', '--userland', 'debian'];
    const { ended } = new Running([...image, ...words, '--out', path(name)], {
      cwd: root,
      env: process.env as Record<string, string>,
    });
    const { code, stderr } = await ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return path(name);
  };
  const boot = async (): Promise<Machine> => {
    const { accelerator } = await calibrate(root);
    port = await freePort();
    const nic = `,hostfwd=tcp:127.0.0.1:${String(port)}-:22`;
    machine = new Machine(path('box.img'), 'qcow2', accelerator, { nic, changes: true });
    await machine.says(/wall login: /);
    return machine;
  };
  const once = async (words: string, key: string): Promise<string> => {
    const { stdout } = await promisify(execFile)('ssh', [
      ...['-F', 'none', '-i', path(key), '-p', String(port), '-o', 'BatchMode=yes'],
      ...['-o', 'IdentityAgent=none', '-o', 'ConnectTimeout=60', '-o', 'ConnectionAttempts=5'],
      ...['-o', `UserKnownHostsFile=${path('known')}`, '-o', 'StrictHostKeyChecking=accept-new'],
      ...['-o', 'HostKeyAlias=wall', 'root@127.0.0.1', words],
    ]);
    return stdout;
  };
  /** QEMU takes connections before the machine has an address, and ends them. */
  const ssh = async (words: string, key = 'key'): Promise<string> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await once(words, key);
      } catch (error) {
        if (tries === 20 || !/Connection (?:reset|closed)/.test(String(error))) throw error;
        await sleep(1000);
      }
    }
  };

  beforeAll(async () => {
    for (const key of ['key', 'stranger']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(key)]);
    }
    writeFileSync(path('rules'), RULES);
    const words = ['--authorized-keys', path('key.pub'), '--rules', path('rules')];
    await made('disk.qcow2', ...words, '--hostname', 'wall', '--vagrant');
    execFileSync('tar', ['-C', root, '-xzf', path('disk.vagrant/l7build.box')]);
    await boot();
  });
  afterAll(() => {
    machine?.kill();
    rmSync(root, { recursive: true });
  });

  it("lets a key's owner in by ssh, to Debian's shell, under the name given", async () => {
    const told = await ssh('. /etc/os-release; echo $ID; cat /etc/hostname; getent hosts wall');
    expect(told).toMatch(/^debian\nwall\n127\.0\.0\.1 +localhost wall\n/);
  });

  it('lets nobody else in, and no password either', async () => {
    await expect(ssh('true', 'stranger')).rejects.toThrow(/Permission denied \(publickey\)/);
  });

  it('has the rules that were given, of which one of layer7 counts this very login', async () => {
    const listed = await ssh('iptables -nvxL');
    expect(listed).toContain('Chain FORWARD (policy DROP');
    const packets = (protocol: string): number =>
      Number(new RegExp(`^ *(\\d+) .*${protocol}`, 'm').exec(listed)?.[1] ?? 'none');
    expect(packets('l7proto ssh')).toBeGreaterThan(0);
    expect(packets('l7proto http')).toBe(0);
  });

  it('has the definitions, an address, and who resolves names', async () => {
    const asked = 'ls /etc/l7-protocols; ip -4 -o address show dev eth0; cat /etc/resolv.conf';
    expect(await ssh(asked)).toMatch(/^http\.pat\n[^]*inet 10\.0\.2\.15\/24 [^]*nameserver 10\./m);
  });

  it('keeps its key over a boot, and all else is as it was', async () => {
    await ssh('touch /root/changed');
    await once('shutdown -h now', 'key').catch(() => undefined);
    await machine?.ended();
    await boot();
    // Another key would be refused: the first one is known by now.
    expect(await ssh('ls /root')).toBe('');
  });
});
