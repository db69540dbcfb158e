// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GuestSpec } from '../../../src/vm/argv.js';
import { startGuest } from '../../../src/vm/guest.js';

/** With QEMU, but without Linux: guests that never come up. What a real kernel does is in test/guest. */
describe('startGuest', () => {
  let folder: string;
  let spec: GuestSpec;

  /** A "kernel" that jumps to itself for ever, behind a header (Documentation/x86/boot.rst). */
  const LOOP = Buffer.alloc(8192);
  LOOP.set([1], 0x1f1); // sectors of set-up code
  LOOP.set([0x55, 0xaa], 0x1fe);
  LOOP.set([0xeb, 0xfe], 0x200);
  LOOP.write('HdrS', 0x202);
  LOOP.set([0x04, 0x02], 0x206); // protocol 2.04
  LOOP.set([1], 0x211); // loaded high
  LOOP.writeUInt32LE(0x37ffffff, 0x22c); // highest address of an initrd

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guest-'));
    spec = {
      kernel: join(folder, 'kernel'),
      initrd: join(folder, 'initrd'),
      accelerator: 'tcg',
      memoryMiB: 32,
      cpus: 1,
      panicNow: '-1',
      ports: join(folder, 'ports'),
      consoleLog: join(folder, 'console.log'),
    };
    await writeFile(spec.kernel, LOOP);
    await writeFile(spec.initrd, '');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const signal = new AbortController().signal;

  /** Process numbers of this test's QEMU. */
  function qemus(): string {
    return spawnSync('pgrep', ['-f', `^qemu.*path=${spec.ports}/console`], { encoding: 'utf8' })
      .stdout;
  }

  it('gives up a guest that does not come up, and leaves no process', async () => {
    await expect(startGuest(spec, { signal, bootTimeoutMs: 1500 })).rejects.toMatchObject({
      failure: {
        reason: 'guest-hang',
        message: 'the guest did not come up within 1.5 s',
        log: spec.consoleLog,
      },
    });
    expect(qemus()).toBe('');
  });

  it('ends at once when it is interrupted', async () => {
    const started = performance.now();
    const interrupted = startGuest(spec, { signal: AbortSignal.timeout(500) });
    await expect(interrupted).rejects.toMatchObject({ failure: { reason: 'interrupted' } });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(qemus()).toBe('');
  });

  it("shows QEMU's own words when it does not even start", async () => {
    await rm(spec.kernel);
    await expect(startGuest(spec, { signal })).rejects.toMatchObject({
      failure: {
        reason: 'guest-died',
        message: 'the guest died: QEMU ended with exit code 1',
        details: [expect.stringContaining('could not open kernel file')],
      },
    });
  });

  it('tells a QEMU that was killed', async () => {
    const started = startGuest(spec, { signal });
    started.catch(() => undefined);
    await expect.poll(qemus).not.toBe('');
    process.kill(Number(qemus()), 'SIGKILL');
    await expect(started).rejects.toMatchObject({
      failure: { reason: 'guest-died', message: /QEMU was ended by SIGKILL/ },
    });
  });

  it('says which package brings QEMU when it is missing', async () => {
    const path = process.env['PATH'];
    try {
      process.env['PATH'] = folder;
      execFileSync('/bin/ln', ['-s', '/usr/bin/mkfifo', '/usr/bin/cat', folder]);
      await expect(startGuest(spec, { signal })).rejects.toMatchObject({
        failure: { reason: 'host-lacks', hints: [expect.stringContaining('qemu-system-x86')] },
      });
    } finally {
      process.env['PATH'] = path;
    }
  });
});
