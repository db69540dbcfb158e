// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from '../../../src/host/lock.js';
import { Failed } from '../../../src/model/failure.js';
import { transpiled } from './transpiled.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'l7build-lock-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe('withLock', () => {
  it('gives what the action gives, and frees the lock even when it throws', async () => {
    const file = join(dir, 'a/b/lock');
    expect(await withLock(file, () => Promise.resolve(7))).toBe(7);
    const bad = withLock(file, () => Promise.reject(new Error('inside')));
    await expect(bad).rejects.toThrow('inside');
    expect(await withLock(file, () => Promise.resolve(8))).toBe(8);
  });

  it('lets one in at a time and tells who waits', async () => {
    const file = join(dir, 'lock');
    const seen: string[] = [];
    const act = (name: string) => async (): Promise<void> => {
      seen.push(`${name} in`);
      await sleep(600);
      seen.push(`${name} out`);
    };
    let waits = 0;
    const onWait = (): void => {
      waits += 1;
    };
    await Promise.all([withLock(file, act('x'), { onWait }), withLock(file, act('x'), { onWait })]);
    expect(seen).toEqual(['x in', 'x out', 'x in', 'x out']);
    expect(waits).toBe(1);
  });

  it('stops waiting when the signal fires', async () => {
    const file = join(dir, 'lock');
    const abort = new AbortController();
    await withLock(file, async () => {
      const second = withLock(file, () => Promise.resolve(), { signal: abort.signal });
      setTimeout(() => {
        abort.abort();
      }, 50);
      await expect(second).rejects.toMatchObject({ failure: { reason: 'interrupted' } });
    });
    const late = withLock(file, () => Promise.resolve(), { signal: abort.signal });
    await expect(late).rejects.toMatchObject({ failure: { reason: 'interrupted' } });
  });

  it('does not wait where that is not wanted', async () => {
    const file = join(dir, 'lock');
    const held = (): Failed => new Failed({ reason: 'usage', message: 'somebody has it' });
    await withLock(file, async () => {
      const second = withLock(file, () => Promise.resolve(), { held });
      await expect(second).rejects.toMatchObject({ failure: { message: 'somebody has it' } });
    });
    expect(await withLock(file, () => Promise.resolve(9), { held })).toBe(9);
  });

  it('says when a file cannot be locked', async () => {
    const bad = withLock(dir + '/\0', () => Promise.resolve());
    await expect(bad).rejects.toThrow();
    writeFileSync(join(dir, 'plain'), '');
    const below = withLock('/proc/version/lock', () => Promise.resolve());
    await expect(below).rejects.toThrow();
    const readOnly = withLock('/proc/l7build.lock', () => Promise.resolve());
    await expect(readOnly).rejects.toMatchObject({ failure: { reason: 'store-unusable' } });
  });

  it('is free again at once when its holder is killed', async () => {
    const file = join(dir, 'lock');
    const code = `
      import { withLock } from '${transpiled(dir)}/host/lock.js';
      await withLock('${file}', () => new Promise(() => { console.log('in'); setInterval(() => 0, 1000); }));`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(other.stdout, 'data');
    const busy = withLock(file, () => Promise.resolve(), { signal: AbortSignal.timeout(500) });
    await expect(busy).rejects.toMatchObject({ failure: { reason: 'interrupted' } });
    other.kill('SIGKILL');
    const started = Date.now();
    await withLock(file, () => Promise.resolve());
    expect(Date.now() - started).toBeLessThan(1000);
  }, 20_000);
});
