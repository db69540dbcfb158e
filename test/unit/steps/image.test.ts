// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StepContext, StepResult } from '../../../src/model/step.js';
import { image } from '../../../src/steps/image.js';

const RELEASE = '6.1.0-test';
const PROJECT = join(import.meta.dirname, '../../..');

describe('image', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'image-'));
    mkdirSync(join(folder, 'iptables/root/usr/sbin'), { recursive: true });
    writeFileSync(join(folder, 'iptables/root/usr/sbin/iptables'), '#!/bin/sh\n', { mode: 0o755 });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A module tree below folder/`role` with modules of these names. */
  function modules(role: string, ...names: string[]): void {
    const home = join(folder, role, 'lib/modules', RELEASE, 'kernel');
    for (const name of names) {
      mkdirSync(dirname(join(home, name)), { recursive: true });
      const source =
        'const char i[] __attribute__((section(".modinfo"))) = "license=GPL\\0vermagic=x";';
      execFileSync('gcc', ['-x', 'c', '-c', '-o', join(home, `${name}.ko`), '-'], {
        input: source,
      });
    }
  }

  async function run(
    needs: Readonly<Record<string, string>>,
    wanted: readonly string[],
    networked?: true,
  ): Promise<StepResult & { out: string }> {
    const [out, scratch] = [
      mkdtempSync(join(folder, 'out-')),
      mkdtempSync(join(folder, 'scratch-')),
    ];
    const entries = Object.entries({ ...needs, iptables: 'iptables' });
    const ctx = {
      taskId: 'image:initramfs',
      project: PROJECT,
      out,
      scratch,
      needs: Object.fromEntries(entries.map(([role, dir]) => [role, { dir: join(folder, dir) }])),
    };
    const definitions = ['http', 'ssh'].map((name) => ({
      path: `recipes/protocols/${name}.pat`,
      sha256: '',
    }));
    return {
      ...(await image(
        { modules: wanted, definitions, guest: [], ...(networked ? { networked } : {}) },
        ctx as unknown as StepContext,
      )),
      out,
    };
  }

  const packed = (out: string): Buffer => readFileSync(join(out, 'initramfs.cpio.gz'));

  function names(out: string): string[] {
    const input = gunzipSync(packed(out));
    return execFileSync('cpio', ['--list', '--quiet'], { input, encoding: 'utf8' }).split('\n');
  }

  it('holds what the guest starts with, from a patched kernel', async () => {
    modules('linux/modules', 'xt_layer7', 'other');
    const { out, facts } = await run({ linux: 'linux' }, ['xt_layer7']);
    const size = packed(out).length;
    expect(facts).toEqual({ release: RELEASE, modules: ['xt_layer7'], definitions: 2, size });
    expect(names(out)).toEqual(
      expect.arrayContaining([
        'init',
        'bin/agent',
        'bin/busybox',
        'bin/sh',
        'sbin/modprobe',
        'lib/soak',
        'lib/traffic',
        'usr/sbin/iptables',
        'etc/l7-protocols/http.pat',
        'etc/l7-protocols/ssh.pat',
        `lib/modules/${RELEASE}/kernel/xt_layer7.ko`,
        `lib/modules/${RELEASE}/modules.dep`,
      ]),
    );
    expect(names(out)).not.toContain(`lib/modules/${RELEASE}/kernel/other.ko`);
  });

  it("has all of netfilter's modules and the card's driver for a host on a network", async () => {
    modules('linux/modules', 'xt_layer7', 'net/netfilter/xt_limit', 'net/ipv4/netfilter/ip_tables');
    modules('linux/modules', 'drivers/net/virtio_net', 'drivers/net/dummy', 'net/sched/sch_fq');
    const { out, facts } = await run({ linux: 'linux' }, ['xt_layer7'], true);
    expect(facts?.['modules']).toEqual(['xt_layer7', 'ip_tables', 'virtio_net', 'xt_limit']);
    const loaded = execFileSync('cpio', ['--extract', '--to-stdout', '--quiet', 'etc/modules'], {
      input: gunzipSync(packed(out)),
    });
    expect(loaded.toString()).toBe('xt_layer7\n');
  });

  it("has the guest's own busybox where there is one, with the commands that it names", async () => {
    modules('linux/modules');
    mkdirSync(join(folder, 'linux/modules/lib/modules', RELEASE), { recursive: true });
    mkdirSync(join(folder, 'busybox'));
    const own = "#!/bin/sh\nprintf 'busybox\\nash\\nonly-here\\n'\n";
    writeFileSync(join(folder, 'busybox/busybox'), own, { mode: 0o755 });
    const { out } = await run({ linux: 'linux', busybox: 'busybox' }, []);
    expect(names(out).filter((name) => name.startsWith('bin/'))).toEqual([
      'bin/agent',
      'bin/ash',
      'bin/busybox',
      'bin/only-here',
      'bin/stream',
      'bin/userland',
    ]);
    expect(gunzipSync(packed(out)).includes(own)).toBe(true);
  });

  it('takes the match from beside a distribution kernel', async () => {
    modules('kernel', 'nf_conntrack');
    modules('match/modules', 'xt_layer7');
    const { facts } = await run({ kernel: 'kernel', match: 'match' }, [
      'xt_layer7',
      'nf_conntrack',
    ]);
    expect(facts?.['modules']).toEqual(['xt_layer7', 'nf_conntrack']);
  });

  it('finds the modules of packages that name /usr/lib', async () => {
    modules('kernel/usr', 'nf_conntrack');
    modules('match/modules', 'xt_layer7');
    const { facts } = await run({ kernel: 'kernel', match: 'match' }, ['nf_conntrack']);
    expect(facts).toMatchObject({ release: RELEASE, modules: ['nf_conntrack'] });
  });

  it('is the same file, byte for byte, when made again', async () => {
    modules('linux/modules', 'xt_layer7');
    const first = await run({ linux: 'linux' }, ['xt_layer7']);
    execFileSync('touch', ['--date=2001-01-01', join(folder, 'iptables/root/usr/sbin/iptables')]);
    const second = await run({ linux: 'linux' }, ['xt_layer7']);
    expect(packed(first.out).equals(packed(second.out))).toBe(true);
  });

  it('refuses a tree with modules of two kernels, or of none', async () => {
    modules('linux/modules', 'a');
    mkdirSync(join(folder, 'linux/modules/lib/modules/5.10'));
    await expect(run({ linux: 'linux' }, [])).rejects.toMatchObject({
      failure: { message: expect.stringContaining(`5.10, ${RELEASE}`) as string },
    });
    rmSync(join(folder, 'linux/modules/lib/modules'), { recursive: true });
    mkdirSync(join(folder, 'linux/modules/lib/modules'));
    await expect(run({ linux: 'linux' }, [])).rejects.toThrow('has modules of no kernel');
  });
});
