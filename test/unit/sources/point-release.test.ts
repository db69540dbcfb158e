// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { later, pointRelease } from '../../../src/sources/point-release.js';

it.each([
  ['2.6.32', '2.6.32', 0],
  ['2.6.32.71', '2.6.32', 71],
  ['2.4.37.11', '2.4.37', 11],
  ['3.2.102', '3.2', 102],
  ['6.1', '6.1', 0],
  ['6.1.176', '6.1', 176],
])('%s is a release of the series %s with the number %d', (version, series, number) => {
  expect(pointRelease(version)).toEqual({ version, series, number });
});

it.each(['', '6', '2.6', '6.1-rc1', '6.1.1.1', '2.6.32.7.1', 'v6.1', '6.1.', '6..1', '99999.1'])(
  '%j is none',
  (version) => {
    expect(pointRelease(version)).toBeUndefined();
  },
);

it('what is later is of the same series, by number and not by letters', () => {
  const all = ['6.1.9', '6.1.100', '6.1.10', '6.10.1', '6.1', '5.1.11', '6.1.8'].flatMap(
    (version) => pointRelease(version) ?? [],
  );
  const current = pointRelease('6.1.9');
  if (current === undefined) throw new Error('6.1.9 is a release');
  expect(later(current, all).map(({ version }) => version)).toEqual(['6.1.10', '6.1.100']);
});
