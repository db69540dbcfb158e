// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { isMet, numberIn, wanted } from '../../../src/lab/observe.js';

const PING = `--- node1 ping statistics ---
12 packets transmitted, 3 packets received, 75% packet loss
`;
const SAVED = `*filter
[7:588] -A INPUT -p icmp -j DROP
[0:0] -A FORWARD -m layer7 --l7proto ssh -j DROP
COMMIT`;

describe('an observation', () => {
  it.each([
    ['the number before words', PING, '<n> packets received', 3],
    ['the whole number', PING, '<n> packets transmitted', 12],
    ['the first line that has the words', '1 x\n2 y\n3 y', '<n> y', 2],
    ['signs as they are', SAVED, '[<n>:<any> -A INPUT', 7],
    ['any word', SAVED, '[<n>:<any> -A <any> -m layer7 --l7proto ssh', 0],
    ['blanks for blanks', '   5    420 DROP  icmp', '<n> <any> DROP icmp', 5],
    ['lines, where no number is asked for', 'answer\nno\nan answer', 'answer', 2],
    ['no line', 'nothing', 'answer', 0],
  ])('is of %s', (_, output, line, found) => {
    expect(numberIn(output, { line })).toBe(found);
  });

  it.each([
    ['the words are nowhere', 'ping: bad address', '<n> packets received'],
    ['a sign is another', 'a1b', '<n>.b'],
    ['there are fewer words', '5 DROP', '<n> <any> DROP'],
  ])('is of nothing where %s', (_, output, line) => {
    expect(numberIn(output, { line })).toBeUndefined();
  });

  it('has bounds, both of which may be', () => {
    const rate = { what: 'replies', line: '', least: 12, most: 17 };
    expect([11, 12, 17, 18, undefined].map((found) => isMet(rate, found))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(isMet({ what: 'x', line: '', least: 1 }, 1_000_000)).toBe(true);
    expect(wanted(rate)).toBe('replies: 12 to 17');
    expect(wanted({ ...rate, most: 12 })).toBe('replies: 12');
    expect(wanted({ what: 'pages', line: '', least: 1 })).toBe('pages: at least 1');
  });

  it('takes no time over a line without end', () => {
    const started = performance.now();
    numberIn('a '.repeat(1_000_000), { line: '<any> <any> <any> <any> <any> <n>' });
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
