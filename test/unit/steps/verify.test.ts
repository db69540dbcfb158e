// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Era } from '../../../src/model/recipe.js';
import type { StepContext } from '../../../src/model/step.js';
import { boot } from '../../../src/steps/boot.js';
import { verify } from '../../../src/steps/verify.js';

const ERA: Era = { name: 'modern', panicNow: '-1', userland: 'host' };

/** What goes wrong before there is a guest; the rest is in test/guest. */
describe('boot and verify', () => {
  let folder: string;
  let ctx: StepContext;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'verify-'));
    for (const path of ['image', 'linux', 'kernel/boot', 'recipes/scenarios', 'cache', 'scratch']) {
      mkdirSync(join(folder, path), { recursive: true });
    }
    ctx = {
      taskId: 'verify',
      project: folder,
      scratch: join(folder, 'scratch'),
      cache: join(folder, 'cache'),
      log: join(folder, 'verify.log'),
      needs: {},
      signal: new AbortController().signal,
    } as unknown as StepContext;
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const withNeeds = (...roles: string[]): StepContext => ({
    ...ctx,
    needs: Object.fromEntries(
      roles.map((role) => [role, { dir: join(folder, role) }]),
    ) as unknown as StepContext['needs'],
  });

  it('boots the patched kernel, and shows why QEMU will not', async () => {
    await expect(boot(ERA, withNeeds('linux', 'image'))).rejects.toMatchObject({
      failure: {
        reason: 'guest-died',
        details: [expect.stringContaining('linux/bzImage')],
        log: ctx.log,
      },
    });
  });

  it("boots a distribution's kernel, of which there must be one", async () => {
    const module = withNeeds('kernel', 'image');
    await expect(boot(ERA, module)).rejects.toThrow("the kernel's package has no boot/vmlinuz-*");
    writeFileSync(join(folder, 'kernel/boot/vmlinuz-1'), '');
    await expect(boot(ERA, module)).rejects.toMatchObject({ failure: { reason: 'guest-died' } });
    writeFileSync(join(folder, 'kernel/boot/vmlinuz-2'), '');
    await expect(boot(ERA, module)).rejects.toThrow('vmlinuz-1, vmlinuz-2');
  });

  it('finds a kernel that lies beside its modules', async () => {
    const home = join(folder, 'kernel/usr/lib/modules/7.2');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'vmlinuz'), '');
    await expect(boot(ERA, withNeeds('kernel', 'image'))).rejects.toMatchObject({
      failure: { details: [expect.stringContaining('usr/lib/modules/7.2/vmlinuz')] },
    });
  });

  it('starts nothing for a scenario that is faulty', async () => {
    writeFileSync(join(folder, 'recipes/scenarios/x.yaml'), 'name: x\n');
    const params = {
      scenarios: [{ path: 'recipes/scenarios/x.yaml', sha256: '' }],
      era: ERA,
      backends: ['nft'] as const,
      families: ['ipv4', 'ipv6'] as const,
    };
    await expect(verify(params, ctx)).rejects.toMatchObject({
      failure: { reason: 'recipe-invalid' },
    });
  });

  it('brings what samples take behind the image, where the host’s perl can run', async () => {
    mkdirSync(join(folder, 'samples'));
    mkdirSync(join(folder, 'guest'));
    writeFileSync(join(folder, 'guest/peers'), 'the player');
    writeFileSync(
      join(folder, 'samples/http.yaml'),
      `protocol: http
samples:
  - name: page
    source: RFC 9112
    transport: tcp
    port: 80
    packets:
      - { dir: '>', text: GET }
`,
    );
    writeFileSync(
      join(folder, 'recipes/scenarios/x.yaml'),
      `name: x
summary: All samples
checks:
  - id: all
    title: They are told
    samples: samples
    rules: {}
    expect:
      told: as-stated
`,
    );
    writeFileSync(join(folder, 'image/initramfs.cpio.gz'), gzipSync('the image'));
    const params = {
      scenarios: [{ path: 'recipes/scenarios/x.yaml', sha256: '' }],
      era: ERA,
      backends: ['nft'] as const,
      families: ['ipv4'] as const,
    };
    await expect(verify(params, withNeeds('linux', 'image'))).rejects.toMatchObject({
      failure: { reason: 'guest-died' },
    });
    const initrd = gunzipSync(readFileSync(join(folder, 'scratch/initramfs.cpio.gz')));
    expect(initrd.toString('latin1')).toMatch(/^the image070701/);
    for (const part of ['peers/bin/peers\0', 'the player', 'peers/usr/bin/perl\0', 'libc.so.6\0']) {
      expect(initrd.includes(part), part).toBe(true);
    }
    expect(initrd.toString('latin1')).toContain('= http/page tcp 10001\n> 474554\n');
    const old = { ...params, era: { ...ERA, userland: 'musl' } as const };
    await expect(verify(old, withNeeds('linux', 'image'))).rejects.toMatchObject({
      failure: { reason: 'not-applicable' },
    });
  }, 60_000);
});
