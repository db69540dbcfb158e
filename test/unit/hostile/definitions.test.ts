// SPDX-License-Identifier: GPL-2.0-only
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lintDefinition } from '../../../src/protocols/lint.js';
import { parseDefinition } from '../../../src/protocols/parse.js';
import { L7try } from '../engine/pattern/l7try.js';

const HUGE = 8000;
const FILE = 'evil.pat';

/** Patterns that could take a reader or a compiler beyond its time, its stack or its room. */
const PATTERNS: Readonly<Record<string, string>> = {
  'groups in groups': `${'('.repeat(4000)}a${')'.repeat(4000)}`,
  'groups that stay open': '('.repeat(HUGE),
  'groups that were never open': ')'.repeat(HUGE),
  'groups of nothing': '()'.repeat(4000),
  'repetitions of repetitions': `${'('.repeat(9)}a${'*)'.repeat(9)}*`,
  'repetitions without an end': `a${'*'.repeat(HUGE)}`,
  'what may be there, thousands of times': 'a?'.repeat(4000),
  'what may be there, and then all of it': `${'a?'.repeat(25)}${'a'.repeat(25)}`,
  'the classic that backtracks': '^(a+)+$',
  'alternatives by the thousand': Array.from({ length: 2000 }, (_, index) => String(index)).join(
    '|',
  ),
  'alternatives of nothing': '|'.repeat(HUGE),
  'alternatives in groups': `(${'(a|b)'.repeat(9)})`,
  'any byte, thousands of times': '.'.repeat(HUGE),
  'any number of any bytes, again and again': '.*'.repeat(2000),
  'states beyond all': `a${'.'.repeat(30)}b`,
  'classes by the thousand': '[a-z]'.repeat(1600),
  'a class that stays open': `[${'a'.repeat(HUGE)}`,
  'a class of everything': `[${Array.from({ length: 95 }, (_, index) => String.fromCharCode(33 + index)).join('')}]`,
  'a class that goes backwards': '[z-a]',
  'a class of nothing': '[]',
  'a class of everything but nothing': '[^]',
  'counts as other dialects have them': 'a{1000000}{1000000}{1000000}',
  'an escape of nothing': 'abc\\',
  'escapes of letters that mean something elsewhere': '\\d\\w\\s\\b\\1\\p{L}\\u0000\\Q\\E',
  'bytes in hex that are none': '\\x\\xg0\\x0\\xff\\xFF',
  'a NUL in hex': 'abc\\x00def',
  'anchors everywhere': '^$^$a^b$c^',
  'every byte there is': Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1))
    .filter((char) => char !== '\n')
    .join(''),
  'bytes of no encoding': '\xff\xfe\xc0\x80'.repeat(1000),
  'what drives a terminal': 'abc\x1b[2J\x9b2J\x07',
  'what reads like a path': '../../../etc/passwd',
  'what reads like a command': '$(touch /tmp/l7build-evil)`id`;id|id&',
  'what reads like a format': '%s%n%x%p'.repeat(500),
};

let l7try: L7try;
beforeAll(() => {
  l7try = new L7try(true);
}, 120_000);
afterAll(() => {
  l7try.remove();
});

describe('a pattern', () => {
  it.each(Object.entries(PATTERNS))('of %s', (_, pattern) => {
    const started = performance.now();
    const parsed = parseDefinition(FILE, Buffer.from(`evil\n${pattern}\n`, 'latin1'));
    const complaints =
      'definition' in parsed ? lintDefinition(parsed.definition) : parsed.diagnostics;
    for (const { file, line, column, message, hint, quote = '' } of complaints) {
      expect({ file, line }).toEqual({ file: FILE, line: 2 });
      expect(column).toBeGreaterThan(0);
      expect(hint).not.toBe('');
      // eslint-disable-next-line no-control-regex
      expect(message + quote).not.toMatch(/[\u0000-\u001f\u007f-\uffff]/);
    }
    expect(performance.now() - started).toBeLessThan(1000);
    // The kernel's own compiler, with undefined behaviour made fatal: it takes it or says why not.
    const { status, stdout, stderr } = l7try.run(['compile', l7try.definition('evil', pattern)]);
    expect(stderr).not.toMatch(/runtime error|Sanitizer/);
    expect([0, 1]).toContain(status);
    if (status === 0) expect(stdout).toMatch(/^\S+\t\d+\t\d+/);
    else expect(stderr).toMatch(/evil\.pat:2:/);
    const errors = complaints.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) expect(status).toBe(1);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('a file of a definition', () => {
  it.each<[string, string]>([
    ['of NUL bytes', '\0'.repeat(1000)],
    ['of newlines', '\n'.repeat(60_000)],
    ['of comments', '#\n'.repeat(30_000)],
    ['of one line', 'x'.repeat(60_000)],
    ['with a name of a way out', '../evil\n^abc\n'],
    ['with a name of an option', '-evil\n^abc\n'],
    ['with a name of JavaScript’s', '__proto__\n^abc\n'],
    ['with a NUL in its name', 'ev\0il\n^abc\n'],
    ['with a NUL in its pattern', 'evil\n^a\0bc\n'],
    ['with a pattern longer than any', `evil\n${'x'.repeat(9000)}\n`],
    ['in UTF-16', Buffer.from('evil\n^abc\n', 'utf16le').toString('latin1')],
    ['with a mark of byte order', '\xef\xbb\xbfevil\n^abc\n'],
  ])('%s is refused', (_, text) => {
    const started = performance.now();
    const parsed = parseDefinition(FILE, Buffer.from(text, 'latin1'));
    if ('definition' in parsed) throw new Error(`it was taken as ${parsed.definition.name}`);
    const [{ message, hint, quote = '' }] = parsed.diagnostics;
    expect(hint).not.toBe('');
    expect(`${message}${quote}`).toMatch(/^[ -~]*$/);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
