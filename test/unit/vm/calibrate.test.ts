// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import { calibrate, choose } from '../../../src/vm/calibrate.js';

describe('choose', () => {
  it('takes the quicker of two that work', () => {
    const chosen = choose([
      { accelerator: 'kvm', ms: 90 },
      { accelerator: 'tcg', ms: 300 },
    ]);
    expect(chosen).toMatchObject({ accelerator: 'kvm', why: 'KVM took 0.1 s; TCG took 0.3 s' });
  });

  it('does not take a KVM that is slower than emulation', () => {
    expect(
      choose([
        { accelerator: 'kvm', ms: 2000 },
        { accelerator: 'tcg', ms: 300 },
      ]).accelerator,
    ).toBe('tcg');
  });

  it('says why a /dev/kvm that opens is of no use', () => {
    expect(
      choose([
        { accelerator: 'kvm', trouble: 'the calibration guest did not end within 2.5 s' },
        { accelerator: 'tcg', ms: 300 },
      ]).why,
    ).toBe('/dev/kvm opens but the calibration guest did not end within 2.5 s; TCG took 0.3 s');
  });

  it('fails when nothing works', () => {
    const nothing = (): unknown =>
      choose([
        { accelerator: 'kvm', trouble: 'Could not access KVM kernel module' },
        { accelerator: 'tcg', trouble: 'could not load BIOS' },
      ]);
    expect(nothing).toThrow(Failed);
    expect(nothing).toThrow('QEMU runs no guest on this host');
  });
});

describe('calibrate', () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'calibrate-'));
  });
  afterEach(() => rm(cache, { recursive: true }));

  it('measures with real boot sectors, then answers from the cache', async () => {
    const first = await calibrate(cache);
    expect(first.trials.map(({ accelerator }) => accelerator)).toEqual(['kvm', 'tcg']);
    const tcg = first.trials[1];
    expect(tcg).toHaveProperty('ms');
    const started = performance.now();
    expect(await calibrate(cache)).toEqual(first);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('measures again when the host has changed or the cache is broken', async () => {
    const file = join(cache, 'calibration.json');
    const other = {
      host: { qemu: 'QEMU 1', cpu: 'x', kernel: 'y' },
      calibration: { accelerator: 'kvm', why: 'old' },
    };
    await writeFile(file, JSON.stringify(other));
    expect((await calibrate(cache)).why).not.toBe('old');
    await writeFile(file, '{"host":');
    expect((await calibrate(cache)).why).toContain('TCG took');
    expect(JSON.parse(await readFile(file, 'utf8'))).toHaveProperty('host.qemu');
  });

  it('ends when it is interrupted', async () => {
    await expect(calibrate(cache, AbortSignal.timeout(100))).rejects.toMatchObject({
      failure: { reason: 'interrupted' },
    });
  });
});
