// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { evaluate, unmetTerms } from '../../../src/kconfig/evaluate.js';
import { expressionText, parseExpression } from '../../../src/kconfig/expression.js';

const settings = new Map([
  ['Y', 'y'],
  ['M', 'm'],
  ['TEN', '10'],
  ['ARCH', '"x86"'],
]);

describe('expressions of Kconfig', () => {
  it.each([
    ['Y', 2],
    ['M', 1],
    ['N', 0],
    ['y', 2],
    ['m', 1],
    ['!M', 1],
    ['!N', 2],
    ['Y && M', 1],
    ['N || M', 1],
    ['M || Y && N', 1],
    ['(M || Y) && Y', 2],
    ['!(Y && N)', 2],
    ['Y=y', 2],
    ['M=y', 0],
    ['M!=n', 2],
    ['N = n', 2],
    ['ARCH="x86"', 2],
    ['ARCH != "arm"', 2],
    ['TEN > 9', 2],
    ['TEN <= 9', 0],
    ['TEN < 0x10', 2],
    ['TEN >= 11', 0],
    ['"y"', 2],
    ['$(cc-option,-mfoo(bar)) && Y', 2],
    ['!Y || M=m', 2],
  ])('%s is %i', (text, value) => {
    expect(evaluate(parseExpression(text), settings)).toBe(value);
  });

  it.each([
    '',
    '&& Y',
    'Y &&',
    '(Y',
    'Y)',
    'Y = ',
    '$(cc-option',
    'Y & M',
    '!'.repeat(1000) + 'Y',
    '('.repeat(1000),
  ])('cannot be %s', (text) => {
    expect(() => parseExpression(text)).toThrow(SyntaxError);
  });

  it('are told as a person would write them', () => {
    const text = '!(A || B) && C=y && $(success,true) || D != "x"';
    expect(expressionText(parseExpression(text))).toBe(
      '((!(A || B) && C=y) && $(success,true)) || D!="x"',
    );
  });
});

describe('the terms that are not met', () => {
  it.each([
    ['Y && N && M', 1, ['N=y or m, which is n']],
    ['Y && N && M', 2, ['N=y, which is n', 'M=y, which is m']],
    ['N || O', 1, ['N=y or m, which is n, or O=y or m, which is n']],
    ['!Y', 1, ['Y=n, which is y']],
    ['!(Y || N)', 1, ['!(Y || N)']],
    ['TEN > 20', 1, ['TEN>20, where TEN is 10']],
    ['"n"', 1, ['"n"']],
    ['Y', 2, []],
  ] as const)('of %s for %i', (text, need, terms) => {
    expect(unmetTerms(parseExpression(text), need, settings)).toEqual(terms);
  });
});
