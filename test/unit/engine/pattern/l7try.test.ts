// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { L7try } from './l7try.js';

let l7try: L7try;
beforeAll(() => {
  l7try = new L7try(true);
});
afterAll(() => {
  l7try.remove();
});

/** What follows the file's name in the complaint about it. */
function complaint(name: string, content: string): string {
  const path = l7try.file(name, content);
  const { status, stdout, stderr } = l7try.run(['compile', path]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr.startsWith(`${path}:`)).toBe(true);
  return stderr.slice(path.length + 1);
}

describe('a definition file', () => {
  test.each([
    [
      'comments, short lines and what follows are skipped',
      '# x\n\n#\np\nab\nuserspace pattern=[\n(\n',
    ],
    ['the name ends at a blank', 'p  and more\nab\n'],
    ['the name ends at a tab', 'p\t\nab\n'],
    ['no newline at the end', 'p\nab'],
    ['a long comment', `#${'c'.repeat(20_000)}\np\nab\n`],
    ['one letter and its newline are two bytes', 'p\nb\n'],
  ])('%s', (_what, content) => {
    const file = l7try.file('p.pat', content);
    expect(l7try.match([{ file, packets: [Buffer.from('xab')] }])).toEqual([[true]]);
  });

  test('the pattern is taken verbatim, blanks, # and carriage return too', () => {
    const file = l7try.file('p.pat', 'p\n a #b \r\n');
    const packets = ['a #b \r', ' a #b ', '\r'].map((text) => Buffer.from(text));
    expect(l7try.match([{ file, packets }])).toEqual([[false, false, true]]);
  });

  test('a line of blanks is a pattern', () => {
    const file = l7try.file('p.pat', 'p\n  \nab\n');
    expect(l7try.match([{ file, packets: [Buffer.from('x  ')] }])).toEqual([[true]]);
  });

  test.each([
    ['', "1: the file ends before a protocol's name"],
    ['# p\n\n', "3: the file ends before a protocol's name"],
    ['p\n', '2: the file ends before a pattern'],
    ['p\n#\nb', '4: the file ends before a pattern'],
    ['other\nab\n', "1: the name here is not the file's without .pat"],
    ['\tp\nab\n', "1: the name here is not the file's without .pat"],
    [`${'p'.repeat(256)}\nab\n`, '1: the name is longer than 255 bytes'],
    [`#\np\n${'a'.repeat(8192)}\n`, '3: the pattern is longer than 8191 bytes'],
    ['#\np\n#\nab(\n', '4:3: ( without its )'],
    ['p\na\0b\n', '2:2: the text has a NUL byte'],
  ])('%j is refused', (content, why) => {
    expect(complaint('p.pat', content)).toBe(`${why}\n`);
  });

  test('that cannot be read', () => {
    const missing = join(l7try.directory, 'none.pat');
    expect(l7try.run(['compile', missing])).toMatchObject({
      status: 1,
      stderr: `${missing}: No such file or directory\n`,
    });
    expect(l7try.run(['compile', '/dev/zero']).stderr).toBe('/dev/zero: not a regular file\n');
  });

  test('bad ones do not keep good ones from being compiled', () => {
    const files = [l7try.definition('bad', '['), l7try.definition('good', 'abc')];
    const { status, stdout } = l7try.run(['compile', ...files]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^good\t5\t\d+\t\d+\n$/);
  });
});

describe('line mode', () => {
  test('flows are apart, and so are the definitions within one', () => {
    const a = l7try.definition('a', '^ab');
    const b = l7try.definition('b', 'b$');
    const packet = (file: string, hex: string): string => `${file}\t<\t${hex}\n`;
    const first = packet(a, '61') + packet(b, '61') + packet(a, '6263') + packet(b, '6263');
    const second = packet(a, '62') + packet(b, '62') + packet(b, '');
    expect(l7try.run(['lines', '0', '0'], `${first}\n\n${second}`)).toEqual({
      status: 0,
      stdout: '0\n0\n1\n0\n0\n1\n1\n',
      stderr: '',
    });
  });

  test('both directions are one stream; hex of either case; the last newline may lack', () => {
    const file = l7try.definition('a', 'j\xfaz');
    const input = `${file}\t>\t6a\n${file}\t<\tFa\n${file}\t>\t5A`;
    expect(l7try.run(['lines', '0', '0'], input).stdout).toBe('0\n0\n1\n');
  });

  test('the largest packet', () => {
    const file = l7try.definition('a', 'a$');
    expect(l7try.match([{ file, packets: [Buffer.alloc(65_536, 'a')] }])).toEqual([[true]]);
  });

  test.each([
    ['FILE', 'wanted: pattern file, TAB, < or >, TAB, payload in hex'],
    ['FILE\t>', 'wanted: pattern file, TAB, < or >, TAB, payload in hex'],
    ['FILE\t=\t00', 'the direction is neither < nor >'],
    ['FILE\t>\t0', 'the payload is not hex, two digits a byte, 65536 bytes at most'],
    ['FILE\t>\t0g', 'the payload is not hex, two digits a byte, 65536 bytes at most'],
    [
      `FILE\t>\t${'00'.repeat(65_537)}`,
      'the payload is not hex, two digits a byte, 65536 bytes at most',
    ],
    ['FILE\t>\t\0', 'a NUL byte'],
  ])('%.20j is refused', (line, why) => {
    const file = l7try.definition('a', 'a');
    const input = `${file}\t>\t61\n${line.replace('FILE', file)}\n`;
    expect(l7try.run(['lines', '0', '0'], input)).toEqual({
      status: 1,
      stdout: '1\n',
      stderr: `stdin:2: ${why}\n`,
    });
  });

  test('a file that is no definition is named with its line of input', () => {
    const file = l7try.definition('a', '(');
    expect(l7try.run(['lines', '0', '0'], `\n${file}\t>\t61\n`)).toEqual({
      status: 1,
      stdout: '',
      stderr: `${file}:2:1: ( without its )\nstdin:2: cannot use this file\n`,
    });
  });
});

test('wrong usage', () => {
  for (const args of [[], ['compile'], ['lines', 'x'], ['match', 'x']]) {
    const { status, stdout, stderr } = l7try.run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^usage: l7try compile FILE/);
  }
});
