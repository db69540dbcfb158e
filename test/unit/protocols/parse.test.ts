// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/model/diagnostic.js';
import { sha256 } from '../../../src/host/hash.js';
import { parseDefinition, type Definition } from '../../../src/protocols/parse.js';
import { summaryOf } from '../../../src/protocols/summary.js';

function definitionOf(text: string | Buffer, file = 'set/http.pat'): Definition {
  const parsed = parseDefinition(file, Buffer.from(text as string, 'latin1'));
  if ('definition' in parsed) return parsed.definition;
  throw new Error(parsed.diagnostics[0].message);
}

function complaintOf(text: string, file = 'set/http.pat'): Diagnostic {
  const parsed = parseDefinition(file, Buffer.from(text, 'latin1'));
  if ('diagnostics' in parsed) return parsed.diagnostics[0];
  throw new Error(`accepted as ${parsed.definition.name}`);
}

describe('a definition file', () => {
  it('gives name, pattern to the byte, places and comment', () => {
    const text = '# SPDX-License-Identifier: GPL-2.0-only\n#\n# The web.\n\nhttp \n^get \\xFF \n';
    expect(definitionOf(text)).toEqual({
      name: 'http',
      pattern: '^get \\xFF ',
      file: 'set/http.pat',
      sha256: sha256(text),
      nameLine: 5,
      patternLine: 6,
      comment: ['SPDX-License-Identifier: GPL-2.0-only', '', 'The web.'],
    });
    expect(summaryOf(definitionOf(text))).toBe('The web.');
    expect(summaryOf(definitionOf('http\n^get'))).toBe('');
  });

  it('may have comments and lines of one byte between name and pattern, and anything after', () => {
    const text = 'http\n\n# why\n^get\nuserspace pattern=^GET\nuserspace flags=REG_ICASE\n';
    expect(definitionOf(text)).toMatchObject({ pattern: '^get', patternLine: 4, comment: [] });
  });

  it('has a name that ends at a blank', () => {
    expect(definitionOf('http\tand more\n^get\n').name).toBe('http');
    expect(definitionOf('http\r\n^get\n').name).toBe('http');
  });

  it('keeps the bytes of a pattern that is not ASCII', () => {
    expect(definitionOf(Buffer.from('http\n^\xe3\x81\n', 'latin1')).pattern).toBe('^\xe3\x81');
    const comment = Buffer.from('# “web”\nhttp\n^get\n');
    expect(definitionOf(comment.toString('latin1')).comment).toEqual(['“web”']);
  });

  it('needs no newline at the end, if two bytes of the pattern are there', () => {
    expect(definitionOf('http\n^g').pattern).toBe('^g');
    expect(definitionOf('http\nx\n').pattern).toBe('x');
    // One byte and no newline is a line of one byte, which is skipped.
    expect(complaintOf('http\nx').message).toBe('the file ends before a pattern');
  });

  it('counts a line of blanks: two of them are a name of no letters', () => {
    const { message, line, quote } = complaintOf('  \nhttp\n^get\n');
    expect({ message, line, quote }).toEqual({
      message: 'the name "" is not that of the file',
      line: 1,
      quote: '  ',
    });
    expect(definitionOf('http\n  \n^get\n').pattern).toBe('  ');
  });
});

describe('a file without a definition', () => {
  it.each([
    ['is empty', '', { line: 1, column: 1, message: 'the file ends before a name' }],
    ['has comments only', '# a\n# b\n', { line: 2, message: 'the file ends before a name' }],
    ['has a name only', '# a\nhttp\n', { line: 2, message: 'the file ends before a pattern' }],
    ['has another name', '# a\nhttps\n^get\n', { line: 2, column: 1, quote: 'https' }],
    ['has its name in another case', 'HTTP\n^get\n', { line: 1, quote: 'HTTP' }],
    ['has a NUL in its pattern', 'http\n^a\0b\n', { line: 2, column: 3, quote: '^a?b' }],
    ['has too long a name', `${'n'.repeat(256)}\n^get\n`, { line: 1, column: 256 }],
    ['has too long a pattern', `http\n${'x'.repeat(8192)}\n`, { line: 2, column: 8192 }],
  ])('%s', (_, text, expected) => {
    const complaint = complaintOf(text);
    expect(complaint).toMatchObject({ file: 'set/http.pat', severity: 'error', ...expected });
    expect(complaint.hint).toBeTruthy();
  });

  it('says which name the file wants', () => {
    expect(complaintOf('https\n^get\n').hint).toBe(
      'the first line that is no comment has to say http, as rules will',
    );
  });

  it('never prints what could drive a terminal', () => {
    const complaint = complaintOf('\x1b]0;x\x07\n^get\n');
    expect(complaint.message).toBe('the name "?]0;x?" is not that of the file');
    expect(complaint.quote).toBe('?]0;x?');
  });

  it('accepts the longest name and pattern', () => {
    const name = 'n'.repeat(255);
    const definition = definitionOf(`${name}\n${'x'.repeat(8191)}\n`, `set/${name}.pat`);
    expect(definition.pattern).toHaveLength(8191);
  });
});
