// SPDX-License-Identifier: GPL-2.0-only
import { afterAll, beforeAll, expect, test } from 'vitest';
import { L7try } from './l7try.js';

let l7try: L7try;
beforeAll(() => {
  l7try = new L7try();
});
afterAll(() => {
  l7try.remove();
});

interface Compiled {
  states: number;
  bytes: number;
}

/** States and bytes of the compiled pattern, or the complaint without the file's name. */
function compile(pattern: string): Compiled | string {
  const file = l7try.definition('limit', pattern);
  const { status, stdout, stderr } = l7try.run(['compile', file]);
  if (status !== 0) return stderr.slice(file.length);
  const [, states, bytes] = stdout.split('\t').map(Number);
  return { states: states ?? NaN, bytes: bytes ?? NaN };
}

function matches(pattern: string, ...packets: string[]): boolean[] | undefined {
  const file = l7try.definition('limit', pattern);
  return l7try.match([{ file, packets: packets.map((text) => Buffer.from(text, 'latin1')) }])[0];
}

/** 128 letters that no other pattern text folds or reads as an operator. */
const letters = Array.from({ length: 128 }, (_, index) => String.fromCharCode(128 + index)).join(
  '',
);

test.each([
  ['text', 'a'.repeat(8192), ':2: the pattern is longer than 8191 bytes'],
  ['positions', 'ab'.repeat(2049), ':2:4097: more than 4096 letters and classes'],
  ['states', `a${'.'.repeat(13)}b`, ':2:1: more than 4096 states'],
  ['the table', `a...........b|^cdefghijklmnop${letters}`, ':2:1: more than 1 MiB of table'],
  ['work', `^${'a?'.repeat(4000)}b`, ':2:1: too much work to compile'],
])('over the cap on %s a pattern is refused, not cut', (_what, pattern, why) => {
  expect(compile(pattern)).toBe(`${why}\n`);
});

test('just below the caps a pattern works', () => {
  const pattern = `^${'.'.repeat(4090)}a`;
  expect(compile(pattern)).toMatchObject({ states: 4093 });
  expect(matches(pattern, 'x'.repeat(4089), 'xa')).toEqual([false, true]);
  expect(matches(pattern, 'x'.repeat(4089), 'a')).toEqual([false, false]);
});

test.each([
  ['a|b|c', '[a-c]'],
  ['abd|acd', 'a[bc]d'],
  ['a+', 'a'],
  ['.*ab', 'ab'],
  ['(a|b)*abb', 'abb'],
  ['^(ab|abab|ababab)+', '^ab'],
  ['a$b', 'b^'],
])('%s and %s say the same, so they have as many states', (one, other) => {
  const { states } = compile(other) as Compiled;
  expect(compile(one)).toMatchObject({ states });
});

test('a DFA is as small as it can be', () => {
  // The two fixed states; what reads n letters has one for each number read before the last.
  expect(compile('a^')).toMatchObject({ states: 2 });
  expect(compile('abcdef')).toMatchObject({ states: 2 + 6 });
  // Which of the last five bytes were an a: 2^5 ways, and matched.
  expect(compile('a....b')).toMatchObject({ states: 1 + 1 + 32 });
});

test('rows of two bytes, where states do not fit into one', () => {
  const word = 'abcd'.repeat(100);
  expect(compile(word)).toMatchObject({ states: 402 });
  expect(matches(word, 'x' + word.slice(0, 300), word.slice(300))).toEqual([false, true]);
  expect(matches(word, word.slice(0, -1), 'x' + word)).toEqual([false, true]);
  expect(matches(`^${word}$`, word, 'a')).toEqual([true, true]);
  expect(matches(`^${word}$`, word + 'a')).toEqual([false]);
});

test('rows of a usual state and exceptions, where that is smaller', () => {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const up = alphabet.repeat(6);
  const down = Array.from(up).reverse().join('');
  const { states, bytes } = compile(`${up}|${down}`) as Compiled;
  expect(states).toBe(2 + 2 * up.length - 1);
  expect(bytes).toBeLessThan((2 * states * alphabet.length) / 2);
  for (const word of [up, down]) {
    const cut = word.length - 20;
    expect(matches(`${up}|${down}`, `x${word.slice(0, cut)}\0`, word.slice(cut))).toEqual([
      false,
      true,
    ]);
    expect(matches(`${up}|${down}`, word.slice(0, -1), `x${word}`)).toEqual([false, true]);
    expect(matches(`${up}|${down}`, `-${word.slice(1)}`, word.slice(2))).toEqual([false, false]);
    expect(matches(`${up}|${down}`, alphabet.slice(0, 9) + word.toUpperCase())).toEqual([true]);
  }
});

test('data that a backtracking matcher would never get through', () => {
  const payload = 'a'.repeat(65_536);
  expect(matches('(a|aa)+b', payload)).toEqual([false]);
  expect(matches('a*a*a*a*a*a*b', payload, 'b')).toEqual([false, true]);
  expect(matches('(.*a.*a.*)+x$', payload, 'x')).toEqual([false, true]);
});
