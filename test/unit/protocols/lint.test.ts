// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/model/diagnostic.js';
import { lintDefinition } from '../../../src/protocols/lint.js';

function lint(pattern: string): Diagnostic[] {
  return lintDefinition({
    name: 'x',
    pattern,
    file: 'x.pat',
    sha256: '',
    nameLine: 3,
    patternLine: 4,
    comment: [],
  });
}

/** Each complaint as `column severity message`. */
function brief(pattern: string): string[] {
  return lint(pattern).map(({ column, severity, message }) => {
    return `${String(column)} ${severity} ${message}`;
  });
}

describe('a sound pattern', () => {
  it.each([
    '^ssh-[12]\\.[0-9]',
    '^(a|b|)c+d*e?$',
    '^[]a-]x[^]^]',
    '^[\\x01-\\xff\\]+x',
    '^\\(\\)\\[\\*\\+\\?\\.\\^\\$\\|\\\\',
    '^\\x16\\x03[\\x01-\\x04]',
    '^{"id":[0-9]',
    '^(((((((((a)))))))))',
    'abc',
    '^(x|y?z)+',
    '^[a-c-e]',
    '^a{,2}b',
  ])('%s gives no complaint', (pattern) => {
    expect(lint(pattern)).toEqual([]);
  });
});

describe('a pattern that the kernel refuses', () => {
  it.each([
    ['^a**', 4, '* right after *'],
    ['^a+?', 4, '? right after +'],
    ['^(a*)*', 6, 'what * repeats may be empty'],
    ['^(a|)+', 6, 'what + repeats may be empty'],
    ['^^*', 3, 'what * repeats may be empty'],
    ['^((((((((((a))))))))))', 11, 'more than 9 groups'],
    ['^(a', 2, 'this ( has no )'],
    ['^(a(b)', 2, 'this ( has no )'],
    ['^a)', 3, 'this ) has no ('],
    ['*a', 1, 'nothing stands before * that it could repeat'],
    ['^(+a)', 3, 'nothing stands before + that it could repeat'],
    ['^a|?', 4, 'nothing stands before ? that it could repeat'],
    ['^[]', 2, 'this [ has no ]'],
    ['^[^]a', 2, 'this [ has no ]'],
    ['^[z-a]', 5, 'the range ends below its start (letters are lower-cased first)'],
    ['^[\\x50-\\x5f]', 8, 'the range ends below its start (letters are lower-cased first)'],
    ['^a\\', 3, '\\ at the end escapes nothing'],
    ['^' + 'ab'.repeat(2049), 4098, 'more than 4096 letters and classes'],
  ])('%s', (pattern, column, message) => {
    expect(lint(pattern)).toEqual([
      {
        file: 'x.pat',
        line: 4,
        column,
        severity: 'error',
        message,
        hint: expect.stringMatching(/./) as string,
        quote: pattern,
      },
    ]);
  });
});

describe('a pattern that means something else here', () => {
  it.each([
    ['^a{2}b', '3 warning {2} does not count here, it is plain text'],
    ['^a{2,}b', '3 warning {2,} does not count here, it is plain text'],
    ['^ab{0,12}', '4 warning {0,12} does not count here, it is plain text'],
    ['^\\d+x', '2 warning \\d is just the letter d here'],
    [
      '^get\\r\\n',
      '5 warning \\r is just the letter r here',
      '7 warning \\n is just the letter n here',
    ],
    ['^ab\\X41', '4 warning \\x is just the letter x here'],
    ['^[[:alpha:]]', '3 warning there are no POSIX classes: this ends at the first ]'],
    [
      '^[^\\r\\n]',
      ...[4, 6].map(
        (column) =>
          `${String(column)} warning between [ and ] a backslash is a member and escapes nothing`,
      ),
    ],
    ['^ab\\x2a', '4 warning \\x2a is decoded before parsing, so here it is the operator *'],
    ['^a\\x2eb', '3 warning \\x2e is decoded before parsing, so here it is the operator .'],
    ['\\x5eabc', '1 warning \\x5e is decoded before parsing, so here it is the operator ^'],
    [
      '^\\x5b\\x5ea\\x2dz\\x5d',
      ...[
        [2, '5b', '['],
        [6, '5e', '^'],
        [11, '2d', '-'],
        [16, '5d', ']'],
      ].map(
        ([column, hex, byte]) =>
          `${String(column)} warning \\x${String(hex)} is decoded before parsing, so here it is the operator ${String(byte)}`,
      ),
    ],
    [
      '^\\x28a\\x7cb\\x29',
      ...[
        [2, '28', '('],
        [7, '7c', '|'],
        [12, '29', ')'],
      ].map(
        ([column, hex, byte]) =>
          `${String(column)} warning \\x${String(hex)} is decoded before parsing, so here it is the operator ${String(byte)}`,
      ),
    ],
    ['^abc\\x00def', '5 warning \\x00 ends the pattern here'],
    ['^ab ', '4 warning the pattern ends in a blank, which has to match too'],
    ['^ab\r', '4 warning the line ends in CR LF, and the CR is part of the pattern'],
  ])('%s', (pattern, ...expected) => {
    expect(brief(pattern)).toEqual(expected);
  });

  it('is told how to write what it meant', () => {
    expect(lint('^ab\\X41')[0]?.hint).toBe('write \\x with a small x');
    expect(lint('^\\d')[0]?.hint).toContain('[0-9]');
  });
});

describe('a pattern that matches too easily', () => {
  const every = '1 warning every connection with data matches this';
  it.each([
    ['', every],
    ['^', every],
    ['a?b*', every],
    ['^(abc|)', every],
    ['\\x00abc', '1 warning \\x00 ends the pattern here', every],
    ['a', '1 warning 1 byte anywhere in a stream match this'],
    ['[ab].?c', '1 warning 2 bytes anywhere in a stream match this'],
    ['(^a|b)c', '1 warning 2 bytes anywhere in a stream match this'],
    ['(^)?ab', '1 warning 2 bytes anywhere in a stream match this'],
  ])('%s', (pattern, ...expected) => {
    expect(brief(pattern)).toEqual(expected);
  });

  it.each(['^a', '(^a|^b)', 'abc', '(a|b)(c|d)e+'])('%s does not', (pattern) => {
    expect(lint(pattern)).toEqual([]);
  });

  it('is not judged when it is refused anyway', () => {
    expect(brief('a**')).toEqual(['3 error * right after *']);
  });
});
