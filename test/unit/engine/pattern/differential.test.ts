// SPDX-License-Identifier: GPL-2.0-only
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compare } from './differential.js';
import { L7try } from './l7try.js';

let l7try: L7try;
beforeAll(() => {
  l7try = new L7try(true);
});
afterAll(() => {
  l7try.remove();
});

test.each([1, 20260101])('random patterns and packets, seed %i', (seed) => {
  const { compiled, refused, prefixes, matches, differences } = compare(l7try, seed, 800, 8);
  expect(differences).toEqual([]);
  // The generator is of use only while it makes all kinds of cases in number.
  expect(compiled).toBeGreaterThan(400);
  expect(refused).toBeGreaterThan(50);
  expect(matches).toBeGreaterThan(prefixes / 10);
  expect(prefixes - matches).toBeGreaterThan(prefixes / 10);
});
