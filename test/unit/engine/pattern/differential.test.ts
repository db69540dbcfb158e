// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFINITIONS, readSamples } from '../../protocols/samples.js';
import { compare, compareDefinitions } from './differential.js';
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

/** More of them: L7BUILD_TEST_PREFIXES=1000000 npx vitest run test/unit/engine/pattern/differential.test.ts */
const prefixes = Number(process.env['L7BUILD_TEST_PREFIXES'] ?? 20_000);

test('the definitions, over samples that are cut and altered', async () => {
  const files = readdirSync(DEFINITIONS).filter((name) => name.endsWith('.pat'));
  const compared = compareDefinitions(
    l7try,
    20260901,
    files.map((name) => join(DEFINITIONS, name)),
    (await readSamples()).map(({ protocol, packets }) => ({
      protocol,
      data: Buffer.concat(packets.map(({ bytes }) => bytes)),
    })),
    prefixes,
  );
  expect(compared.differences).toEqual([]);
  expect(compared.matches).toBeGreaterThan(compared.prefixes / 10);
}, 3_600_000);
