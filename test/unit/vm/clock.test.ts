// SPDX-License-Identifier: GPL-2.0-only
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Clock, clockFaults } from '../../../src/vm/clock.js';

describe('Clock', () => {
  it('needs a second before it tells the rate', async () => {
    const clock = new Clock();
    expect(clock.reading()).toBeUndefined();
    clock.note(5000);
    clock.set(Date.now() - 3000);
    expect(clock.reading()).toBeUndefined();
    await delay(1100);
    // A guest whose clock runs at double speed.
    clock.note(7200);
    const reading = clock.reading();
    expect(reading?.rate).toBeGreaterThan(1.7);
    expect(reading?.rate).toBeLessThan(2.05);
    expect(reading?.offsetMs).toBeLessThan(-2900);
  });
});

it('tells a clock that is not to be trusted', () => {
  expect(clockFaults({ rate: 1.04, offsetMs: -9000 })).toEqual([]);
  expect(clockFaults({ rate: 47, offsetMs: 12_000 })).toEqual([
    "ran 47.00 times as fast as the host's",
    'was off by 12 s',
  ]);
});
