// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { described } from '../../../src/cli/list.js';
import { iptables, linux } from '../plan/input.js';

test('a recipe tells in which mode nobody has seen it match', () => {
  expect(described(linux)).toBe(linux.summary);
  const { module } = linux;
  if (module === undefined) throw new Error('the kernel of the tests has a module mode');
  expect(described({ ...linux, module: { ...module, unverified: 'no image' } })).toBe(
    `${linux.summary} (not verified as a module: no image)`,
  );
  expect(
    described({ ...linux, unverified: 'too slow', module: { ...module, unverified: 'no image' } }),
  ).toBe(`${linux.summary} (not verified: too slow; not verified as a module: no image)`);
  expect(described({ ...iptables, unverified: 'no source' })).toBe(
    `${iptables.summary} (not verified: no source)`,
  );
});
