// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { duration } from '../../../src/model/duration.js';
import { bytes, outcomeText, progressText } from '../../../src/ui/words.js';

test.each([
  [40, '0.0 s'],
  [9_940, '9.9 s'],
  [61_000, '61 s'],
  [185_000, '3 min 05 s'],
  [3_599_700, '60 min 00 s'],
])('%i ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [139_460_608, '133 MiB'],
  [5 * 1024 ** 4, '5120 GiB'],
])('%i bytes are %s', (count, words) => {
  expect(bytes(count)).toBe(words);
});

test('progress with and without a known end', () => {
  expect(progressText({ done: 1024 ** 2, total: 4 * 1024 ** 2, unit: 'bytes' })).toBe(
    '1.0 MiB of 4.0 MiB',
  );
  expect(progressText({ done: 7, unit: 'objects', note: 'a.o' })).toBe('7 objects, a.o');
});

test('what a task took stands with its warnings, if there are any', () => {
  expect(outcomeText({ ms: 12_000 })).toBe('12 s');
  expect(outcomeText({ ms: 12_000, warnings: 1 })).toBe('12 s, 1 warning');
  expect(outcomeText({ ms: 12_000, warnings: 3 })).toBe('12 s, 3 warnings');
});

test('and with what ccache had, if it was on', () => {
  expect(outcomeText({ ms: 12_000, ccache: { hits: 3, misses: 1 }, warnings: 1 })).toBe(
    '12 s, ccache had 3 of 4 objects (75 %), 1 warning',
  );
  expect(outcomeText({ ms: 12_000, ccache: { off: 'none is there' } })).toBe('12 s');
});
