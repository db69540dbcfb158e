// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../src/model/check.js';
import { headOf, matricesOf, matrixText, rowsOf } from '../../../src/report/matrix.js';

function row(variant: string, spoken: string, as: Record<string, number>): CheckResult {
  return {
    id: `m-${spoken}`,
    title: spoken,
    variant,
    outcome: 'passed',
    expected: '',
    observed: '',
    ms: 1,
    told: {
      matrix: 'm',
      spoken,
      as: Object.entries(as).map(([protocol, count]) => ({ protocol, count })),
    },
  };
}

const ROWS: readonly [string, Record<string, number>][] = [
  ['flv', { http: 3 }],
  ['http', { http: 12 }],
  ['mysql', { 'a-stranger': 1, mysql: 2 }],
  ['unknown', { unknown: 34 }],
];
const { told: _none, ...other } = row('nft, ipv4', 'x', {});
const checks = [
  ...['legacy, ipv4', 'nft, ipv4'].flatMap((variant) => ROWS.map((one) => row(variant, ...one))),
  other,
  row('nft, ipv6', 'http', { http: 12 }),
];

describe('the matrix of what was told as what', () => {
  it('is there once for the variants that came to the same, with the columns that have something', () => {
    const [first, second, ...none] = matricesOf(checks);
    expect(none).toEqual([]);
    expect(first?.variants).toEqual(['legacy, ipv4', 'nft, ipv4']);
    expect(second?.variants).toEqual(['nft, ipv6']);
    if (first === undefined) return;
    expect(headOf(first)).toEqual(['spoken', 'http', 'mysql', 'unknown', 'a-stranger']);
    expect(rowsOf(first)).toEqual([
      ['flv', '3', '', '', ''],
      ['http', '12', '', '', ''],
      ['mysql', '', '2', '', '1'],
      ['unknown', '', '', '34', ''],
    ]);
  });

  it('fits a terminal: numbers stand for names', () => {
    expect(matricesOf(checks).slice(0, 1).flatMap(matrixText)).toEqual([
      'Told as (legacy, ipv4; nft, ipv4):',
      '             1  2  3  4',
      '    flv      3  .  .  .',
      '  1 http    12  .  .  .',
      '  2 mysql    .  2  .  1',
      '  3 unknown  .  . 34  .',
      '  4 a-stranger',
    ]);
  });

  it('keeps the matrices of two checks apart, and is not there without one', () => {
    const mine = row('nft, ipv4', 'http', { http: 1 });
    const yours = row('nft, ipv4', 'http', { http: 2 });
    const apart = { ...yours, ...(yours.told && { told: { ...yours.told, matrix: 'other' } }) };
    expect(matricesOf([mine, apart])).toHaveLength(2);
    expect(matricesOf([other])).toEqual([]);
  });
});
