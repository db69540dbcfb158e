// SPDX-License-Identifier: GPL-2.0-only
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { L7try } from './l7try.js';

let l7try: L7try;
beforeAll(() => {
  l7try = new L7try();
});
afterAll(() => {
  l7try.remove();
});

/** One digit per packet: 1 once the pattern has matched. */
function verdicts(pattern: string, packets: string[]): string {
  const file = l7try.definition('try', pattern);
  const [flow] = l7try.match([
    { file, packets: packets.map((text) => Buffer.from(text, 'latin1')) },
  ]);
  return (flow ?? []).map(Number).join('');
}

test.each([
  ['unanchored, across packets', 'http/1', ['xxht', 'tp/', '1.'], '001'],
  ['^ is the start of the data, not of a packet', '^ab', ['x', 'ab'], '00'],
  ['^ goes on over packets', '^ab', ['a', 'b'], '01'],
  ['^ in the middle of a branch holds only at the start', 'x*^y', ['xy', 'y'], '00'],
  ['... and may still hold there', 'x*^y', ['y'], '1'],
  ['^ after what consumes never holds', 'a^b|^c^d', ['a', 'b', 'cd'], '000'],
  ['^ twice is ^ once', '^^c', ['c'], '1'],
  ['^ in one branch of a group', '(^a|b)c', ['xac', 'bc'], '01'],
  ['^ made optional', '^?b', ['ab'], '1'],
  ['$ is the end of the data so far', 'ab$', ['ab', 'c'], '11'],
  ['$ is decided again at each packet', 'ab$', ['abc', 'ab'], '01'],
  ['$ holds nowhere within a packet', '^ab$', ['abc', 'ab'], '00'],
  ['$ before what consumes never holds', 'a$b', ['a', 'b', 'ab'], '000'],
  ['$ before what consumes nothing', 'a$b*(c|)$', ['xa'], '1'],
  ['$ in one branch of a group', '(a$|bc)', ['axb', 'c', 'a'], '011'],
  ['$ alone matches the first data', '$', ['', 'x'], '01'],
  ['^ alone matches the first data', '^', ['x'], '1'],
  ['^$ wants data without a byte', '^$', ['', 'x'], '00'],
  ['a pattern that can be empty wants a byte', 'a*', ['', '\0\0', 'x'], '001'],
  ['an empty branch', '(|a)', ['x'], '1'],
  ['an empty group', 'a()b', ['ab'], '1'],
  ['an anchored empty match', '^(a|)', ['x'], '1'],
  ['NULs are not there', '^a.b', ['a\0', '\0xb'], '01'],
  ['upper case in the data', 'get', ['xGeT'], '1'],
  ['upper case in the pattern', 'GET [A-C]', ['get b'], '1'],
  ['an escaped upper case letter', '\\x41\\B', ['ab'], '1'],
  ['only ASCII is folded', '\\xc5', ['\xe5', '\xc5'], '01'],
  ['a dot matches a newline and bytes from 128 on', 'a.b.c', ['a\nb\xffc'], '1'],
  ['\\xHH with digits of both cases', '\\xfF\\x0a', ['\xff\n'], '1'],
  ['a large X decodes nothing', '\\X41', ['a', 'x41'], '01'],
  ['decoding comes before escapes', '\\\\x41', ['\\x41', 'a'], '01'],
  ['a cut \\xH is an escaped x', '^\\x4', ['x4'], '1'],
  ['\\n is an n', 'a\\n', ['a\n', 'an'], '01'],
  ['braces are text', 'a{2}', ['aa', 'a{2}'], '01'],
  ['? + *', '^ab?c+d*e', ['acce'], '1'],
  ['a repeated group', '^(ab|c)+$', ['abc', 'ab', 'x'], '111'],
  ['| binds weakest', '^ab|cd$', ['xcd'], '1'],
])('%s: %s', (_what, pattern, packets, expected) => {
  expect(verdicts(pattern, packets)).toBe(expected);
});

test.each([
  ['a first ] is a member', '^[]a]$', ']a', 'b[\\'],
  ['a first ] of a complement', '^[^]a]$', 'b^\n\xff', ']a'],
  ['a last dash', '^[a-]$', 'a-', 'b'],
  ['a first dash', '^[-a]$', 'a-', 'b'],
  ['a dash in a complement', '^[^-]$', 'a', '-'],
  ['a range from ]', '^[]-a]$', ']^_`a', '\\b'],
  ['a range to a dash', '^[+--]$', '+,-', '*.'],
  ['a range from where a range ended', '^[a-c-e]$', 'abcde', 'f-'],
  ['one byte from itself to itself', '^[a-a]$', 'a', '-b'],
  ['a backslash is a member', '^[\\n]$', '\\n', '\n'],
  ['operators are members', '^[.*(^$|]$', '.*(^$|', 'a)'],
  ['ranges are lower-cased first', '^[A-C]$', 'abcABC', '`d@D'],
  ['a range over upper case has no upper case data', '^[\\x40\\x5b-\\x60]$', '@[_`', 'aAzZ'],
  ['a complement has upper case as lower case', '^[^A]$', 'bB', 'aA'],
  ['decoded bounds', '^[\\x80-\\xff]$', '\x80\xc0\xff', '\x7f'],
])('class: %s: %s', (_what, pattern, members, others) => {
  for (const byte of members) expect([byte, verdicts(pattern, [byte])]).toEqual([byte, '1']);
  for (const byte of others) expect([byte, verdicts(pattern, [byte])]).toEqual([byte, '0']);
});

describe('patterns that the original silently never matches', () => {
  test.each([
    ['ab**', 4, 'a quantifier right after a quantifier'],
    ['a?*', 3, 'a quantifier right after a quantifier'],
    ['(a*)+', 5, 'what * or + repeats may be empty'],
    ['(a|b?)*', 7, 'what * or + repeats may be empty'],
    ['^*a', 2, 'what * or + repeats may be empty'],
    ['()*', 3, 'what * or + repeats may be empty'],
    ['*a', 1, '* + or ? follows nothing'],
    ['a|+', 3, '* + or ? follows nothing'],
    ['a(?b)', 3, '* + or ? follows nothing'],
    ['(a)'.repeat(10), 28, 'more than nine groups'],
    ['a(b(c)', 2, '( without its )'],
    ['ab)', 3, ') without its ('],
    ['ab\\', 3, '\\ at the end escapes nothing'],
    ['ab\\\\x00', 3, '\\ at the end escapes nothing'],
    ['a[]', 2, '[ without its ]'],
    ['a[^]', 2, '[ without its ]'],
    ['a[b-', 2, '[ without its ]'],
    ['[\\x00]', 1, '[ without its ]'],
    ['[z-a]', 4, 'the range ends below its start'],
    ['[A-_]', 4, 'the range ends below its start'],
  ])('%s', (pattern, column, why) => {
    const file = l7try.definition('bad', pattern);
    const { status, stdout, stderr } = l7try.run(['compile', file]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`${file}:2:${String(column)}: ${why}`);
  });

  test('nine groups, nested or not, are fine', () => {
    expect(verdicts('('.repeat(9) + 'a' + ')'.repeat(9), ['a'])).toBe('1');
    expect(verdicts('(a)'.repeat(9), ['a'.repeat(9)])).toBe('1');
  });
});

test.each([
  ['a\\x2ec', 2, 'this \\xHH is an operator', ['abc'], '1'],
  ['a\\x2a', 2, 'this \\xHH is an operator', ['b'], '1'],
  ['[a\\x2dc]', 3, 'this \\xHH is an operator', ['b'], '1'],
  ['ab\\x00c(', 3, '\\x00 ends the pattern here', ['ab'], '1'],
])('%s compiles with a warning', (pattern, column, why, packets, expected) => {
  const file = l7try.definition('odd', pattern);
  const { status, stderr } = l7try.run(['compile', file]);
  expect(status).toBe(0);
  expect(stderr).toContain(`${file}:2:${String(column)}: warning: ${why}`);
  expect(verdicts(pattern, packets)).toBe(expected);
});

test('a decoded byte that is no operator there gives no warning', () => {
  expect(l7try.run(['compile', l7try.definition('fine', '[\\x2e\\x2a]\\\\x2e\\x41-')]).stderr).toBe(
    '',
  );
});
