// SPDX-License-Identifier: GPL-2.0-only
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sha256File } from '../../src/host/hash.js';
import type { StepContext } from '../../src/model/step.js';
import { DISK_FORMATS, type DiskFormat, type DiskParams } from '../../src/model/task.js';
import { disk } from '../../src/steps/disk.js';
import { image } from '../../src/steps/image.js';
import { calibrate } from '../../src/vm/calibrate.js';
import { debianKernel } from './debian-kernel.js';
import { Machine } from './disk-machine.js';

const PROJECT = join(import.meta.dirname, '../..');
/** In place of iptables, which only a build brings: keeps what it is given, or refuses it. */
const RESTORE = '#!/bin/busybox sh\ncat >/run/loaded; ! grep -q refused /run/loaded\n';
const POLICY = '#!/bin/busybox sh\necho "$*" >>/run/policy\n';
const PARAMS: Omit<DiskParams, 'format'> = {
  guest: [],
  hostname: 'wall',
  rules: { iptables: '*filter\n-A FORWARD -j DROP\nCOMMIT\n', ip6tables: '' },
  password: '',
};

/** A disk on its own: QEMU's firmware, its boot loader, Debian's kernel, and a login at the serial port. */
describe('a disk', () => {
  let root: string;
  let needs: StepContext['needs'];
  let accelerator: string;
  let made = 0;
  const machines: Machine[] = [];

  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'l7build-disk-')));
    await debianKernel(root);
    const sbin = join(root, 'iptables/root/usr/sbin');
    for (const path of ['image', 'scratch', 'match/modules']) {
      await mkdir(join(root, path), { recursive: true });
    }
    await mkdir(sbin, { recursive: true });
    for (const [name, text] of [
      ['iptables-restore', RESTORE],
      ['iptables', POLICY],
    ] as const) {
      await writeFile(join(sbin, name), text);
      await chmod(join(sbin, name), 0o755);
    }
    const roles = ['kernel', 'match', 'iptables', 'image'];
    needs = Object.fromEntries(
      roles.map((role) => [role, { dir: join(root, role) }]),
    ) as unknown as StepContext['needs'];
    await image(
      { modules: [], definitions: [], guest: [], networked: true },
      ctx('image', 'scratch'),
    );
    accelerator = (await calibrate(root)).accelerator;
  });
  afterEach(() => {
    for (const machine of machines.splice(0)) machine.kill();
  });
  afterAll(() => rm(root, { recursive: true }));

  function ctx(out: string, scratch: string): StepContext {
    const { signal } = new AbortController();
    const folders = { project: PROJECT, out: join(root, out), scratch: join(root, scratch) };
    return { ...folders, needs, signal, taskId: 'disk' } as unknown as StepContext;
  }

  async function make(format: DiskFormat, params: Partial<DiskParams> = {}): Promise<string> {
    made += 1;
    const [out, scratch] = [`disk@@${String(made)}`, `scratch@@${String(made)}`];
    await mkdir(join(root, out));
    await mkdir(join(root, scratch));
    await disk({ ...PARAMS, ...params, format }, ctx(out, scratch));
    return join(root, out, `disk.${format}`);
  }

  function boot(path: string, format: DiskFormat): Machine {
    const machine = new Machine(path, format, accelerator);
    machines.push(machine);
    return machine;
  }

  it.each(DISK_FORMATS)(
    'of form %s is the same in every byte, and boots to a login',
    async (format) => {
      const path = await make(format);
      expect(await sha256File(await make(format))).toBe(await sha256File(path));
      const machine = boot(path, format);
      await machine.says(/wall login: /);
      machine.type('root');
      await machine.says(/# /);
      machine.type('cat /run/loaded; cat /proc/sys/net/ipv4/ip_forward; echo the"  "end');
      expect(await machine.says(/the {2}end\r\n/)).toContain(
        '*filter\r\n-A FORWARD -j DROP\r\nCOMMIT\r\n1\r\n',
      );
      machine.type('ip -4 address show dev eth0; echo done" "now');
      expect(await machine.says(/done now\r\n/)).toContain('inet 10.0.2.15/24');
    },
  );

  it('whose rules are refused lets nothing in or through, and says so', async () => {
    const rules = { iptables: '*filter\n-A refused\nCOMMIT\n', ip6tables: '' };
    const machine = boot(await make('raw', { rules }), 'raw');
    const told = await machine.says(/wall login: /);
    expect(told).toContain(
      'iptables refused /etc/iptables.rules: nothing comes in and nothing passes',
    );
    machine.type('root');
    await machine.says(/# /);
    machine.type('cat /run/policy; echo the"  "end');
    expect(await machine.says(/the {2}end\r\n/)).toContain('-P INPUT DROP\r\n-P FORWARD DROP\r\n');
  });

  it('whose programs of a distribution cannot be mounted says so, and has its small ones', async () => {
    await mkdir(join(root, 'userland'));
    await writeFile(join(root, 'userland/root.squashfs'), 'no file system');
    needs = { ...needs, userland: { dir: join(root, 'userland') } } as unknown as typeof needs;
    const params = { userland: { authorizedKeys: '' } };
    const path = await make('raw', params);
    expect(await sha256File(await make('raw', params))).toBe(await sha256File(path));
    const machine = boot(path, 'raw');
    const told = await machine.says(/wall login: /);
    expect(told).toContain("the distribution's programs cannot be had");
    machine.type('root');
    await machine.says(/# /);
  });

  it('with a password asks for it', async () => {
    // openssl passwd -5 -salt somesalt opensesame
    const password = '$5$somesalt$4BdkKgUU16mOgKBA/sgCX.d.wG2RwvOyAhOh5ahEgY9';
    const machine = boot(await make('raw', { password }), 'raw');
    await machine.says(/wall login: /);
    machine.type('root');
    await machine.says(/Password: /);
    machine.type('wrong');
    await machine.says(/Login incorrect/);
    await machine.says(/wall login: /);
    machine.type('root');
    await machine.says(/Password: /);
    machine.type('opensesame');
    await machine.says(/# /);
  });
});
