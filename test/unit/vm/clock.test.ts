// SPDX-License-Identifier: GPL-2.0-only
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Clock, clockFaults, closeness } from '../../../src/vm/clock.js';

afterEach(() => {
  vi.restoreAllMocks();
});

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

it('is not misled by answers that come late', () => {
  const clock = new Clock();
  const now = vi.spyOn(performance, 'now');
  // A second and a half late at either end, of twenty seconds.
  for (let second = 0; second <= 20; second++) {
    const late = second === 0 || second === 20 ? 1500 : second * 3;
    now.mockReturnValue(1_000_000 + second * 1000 + late);
    clock.note(second * 1004);
  }
  expect(clock.reading()?.rate).toBeCloseTo(1.001, 3);
});

it.each([
  [1, 100_000, 'right'],
  [0.991, 100_000, 'right'],
  [1.011, 100_000, 'off'],
  [0.94, 100_000, 'wrong'],
  [47, 2000, 'wrong'],
  // A quarter of a second is what answers may be late by.
  [1.06, 4000, 'right'],
  [1.07, 4000, 'wrong'],
])('calls a rate of %d in %d ms %s', (rate, spanMs, verdict) => {
  expect(closeness({ rate, spanMs })).toBe(verdict);
});

it('tells a clock that is not to be trusted', () => {
  expect(clockFaults({ rate: 1.04, offsetMs: -9000 })).toEqual([]);
  expect(clockFaults({ rate: 47, offsetMs: 12_000 })).toEqual([
    "ran 47.00 times as fast as the host's",
    'was off by 12 s',
  ]);
});
