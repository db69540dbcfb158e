// SPDX-License-Identifier: GPL-2.0-only
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest, nearestVersions } from '../../../src/recipe/nearest.js';
import { VERSION, compareVersions } from '../../../src/recipe/version.js';

describe('the nearest word', () => {
  it.each([
    ['sumary', 'summary'],
    ['Config', 'config'],
    ['fragmnets', 'fragments'],
    ['colour', undefined],
    ['', undefined],
  ])('for %j is %j', (word, expected) => {
    expect(nearest(word, ['summary', 'config', 'fragments', 'series'])).toBe(expected);
  });

  it('is the word itself where it is known', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 30 }), { minLength: 1 }),
        (known) => {
          const word = known[0] ?? '';
          expect(nearest(word, known)?.toLowerCase()).toBe(word.toLowerCase());
        },
      ),
    );
  });
});

describe('the nearest versions', () => {
  const known = ['2.6.32', '5.10', '6.1', '6.12'];
  it.each([
    ['6.11', ['6.1', '6.12']],
    ['2.6.31', ['2.6.32']],
    ['7.0', ['6.12']],
    ['v6.1', ['6.1']],
    ['xyz', []],
  ])('for %s are %j', (version, expected) => {
    expect(nearestVersions(version, known)).toEqual(expected);
  });
});

describe('versions', () => {
  it('are put in order by the value of their numbers', () => {
    const versions = [
      '6.12',
      '6.2',
      '6.1-rc1',
      '6.1',
      '2.6.32',
      '10.0',
      '6.1.9',
      '6.1a',
      '6.1-rc2',
    ];
    expect(versions.toSorted(compareVersions)).toEqual([
      '2.6.32',
      '6.1-rc1',
      '6.1-rc2',
      '6.1',
      '6.1.9',
      '6.1a',
      '6.2',
      '6.12',
      '10.0',
    ]);
  });

  it('are ordered totally', () => {
    const version = fc.stringMatching(/^[0-9]{1,2}(\.[0-9a-c]{1,2}|-rc[12]|~a){0,3}$/);
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(0 - Math.sign(compareVersions(b, a)));
        if (compareVersions(a, b) < 0 && compareVersions(b, c) < 0) {
          expect(compareVersions(a, c)).toBeLessThan(0);
        }
      }),
      { examples: [['1', '1.a', '1~a']], numRuns: 2000 },
    );
  });

  it.each(['6.1', '2.6.32.71', '6.12-rc1', '1.8.9+git~1'])('may read %s', (version) => {
    expect(VERSION.test(version)).toBe(true);
  });

  it.each(['-6.1', 'v6.1', '6..1', '6.1/x', '6.1.', '', '6 1', '6.1\n', '..', '6.1;x'])(
    'may not read %j',
    (version) => {
      expect(VERSION.test(version)).toBe(false);
    },
  );
});
