// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { MAX_BYTES } from '../../../src/recipe/bounds.js';
import { loadLinuxRecipe } from '../../../src/recipe/linux.js';
import { SourceText } from '../../../src/recipe/source-text.js';
import { parseYaml } from '../../../src/recipe/yaml.js';
import { LINUX, failureOf, marked, place, project } from './project.js';

/** What the parser or the walk over its nodes refuses; `▸` is where. */
const REFUSED: Readonly<Record<string, { yaml: string; says: string; hint?: string }>> = {
  'tab as indentation': {
    yaml: 'source:\n▸\tapt: x\n',
    says: 'Tabs are not allowed as indentation',
    hint: 'indent with spaces',
  },
  'key twice': {
    yaml: 'a: 1\nb: 2\n▸a: 3\n',
    says: 'the key "a" stands twice',
    hint: 'keep one of them',
  },
  'key twice on a line': { yaml: 'x: { a: 1, ▸a: 2 }\n', says: 'the key "a" stands twice' },
  'prototype key': { yaml: '▸__proto__: { a: 1 }\n', says: 'the key "__proto__" is not allowed' },
  'prototype key in quotes': {
    yaml: 'a:\n  ▸"__proto__": 1\n',
    says: 'the key "__proto__" is not allowed',
  },
  'constructor key': {
    yaml: 'a: { ▸constructor: 1 }\n',
    says: 'the key "constructor" is not allowed',
  },
  alias: {
    yaml: 'a: 1\nb: ▸*x\n',
    says: 'a YAML alias',
    hint: 'write the value out',
  },
  anchor: {
    yaml: 'a: &x ▸1\n',
    says: 'a YAML anchor',
    hint: 'leave it out: a recipe has no aliases',
  },
  'tag that YAML knows': {
    yaml: 'a: !!str ▸1\nb: !!map\n  ▸c: 1\n',
    says: 'a YAML tag',
    hint: 'leave it out, or quote a value that starts with "!"',
  },
  'tag that YAML does not know': { yaml: 'a: ▸!exec ls\n', says: 'Unresolved tag: !exec' },
  'second document': {
    yaml: 'a: 1\n▸---\nb: 1\n',
    says: 'Source contains multiple documents; please use YAML.parseAllDocuments()',
    hint: 'a file holds one recipe: leave out the line "---"',
  },
  'key that is a map': {
    yaml: '? ▸{ a: 1 }\n: 2\n',
    says: 'With stringKeys, all keys must be strings',
  },
  'bracket that stays open': {
    yaml: 'a: [1, 2\n▸b: 3\n',
    says: 'Flow sequence in block collection must be sufficiently indented and end with a ]',
  },
};

describe('YAML that is refused', () => {
  it.each(Object.entries(REFUSED))('%s', async (_, { yaml, says, hint }) => {
    const { text, places } = marked(yaml);
    const { reason, diagnostics = [] } = await failureOf(parsed(text));
    expect(reason).toBe('recipe-invalid');
    expect(diagnostics.map(place)).toEqual(places);
    expect(diagnostics[0]?.message).toBe(says);
    if (hint !== undefined) expect(diagnostics[0]?.hint).toBe(hint);
  });

  it('an alias bomb, with every anchor and alias named, in no time', async () => {
    const lines = ['a0: &a0 [x, x]'];
    for (let i = 1; i < 20; i++) {
      const before = `*a${String(i - 1)}`;
      lines.push(`a${String(i)}: &a${String(i)} [${Array(9).fill(before).join(', ')}]`);
    }
    const { message, diagnostics = [] } = await failureOf(parsed(lines.join('\n')));
    expect(message).toBe('x.yaml: 191 faults');
    expect(diagnostics).toHaveLength(30);
    expect(diagnostics[0]).toMatchObject({ line: 1, column: 9, message: 'a YAML anchor' });
    expect(diagnostics[2]).toMatchObject({ line: 2, column: 10, message: 'a YAML alias' });
  });
});

/** Texts on which the parser would take seconds or end the process, and where they are refused. */
const BEYOND: Readonly<Record<string, { yaml: string; at: string; says: string }>> = {
  'open brackets': { yaml: '['.repeat(200_000 / 50), at: '1:33', says: 'nested too deeply' },
  'open braces over many lines': {
    yaml: '{a:\n'.repeat(3000),
    at: '33:1',
    says: 'nested too deeply',
  },
  'lists in lists': { yaml: `a: 1\n${'- '.repeat(1000)}`, at: '2:1', says: 'nested too deeply' },
  'questions in questions': { yaml: '? '.repeat(1000), at: '1:1', says: 'nested too deeply' },
  'steps further in': {
    yaml: Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}k:`).join('\n'),
    at: '66:1',
    says: 'nested too deeply',
  },
  'a long line': {
    yaml: `a: ${'x'.repeat(5000)}`,
    at: '1:1',
    says: 'a line of more than 4096 characters',
  },
  'many lines': { yaml: '\n'.repeat(100_000), at: '5001:1', says: 'more than 5000 lines' },
};

describe('YAML beyond the bounds', () => {
  it.each(Object.entries(BEYOND))('%s', async (_, { yaml, at, says }) => {
    const { diagnostics = [] } = await failureOf(parsed(yaml));
    expect(diagnostics.map(place)).toEqual([at]);
    expect(diagnostics[0]?.message).toBe(says);
  });

  it('takes ten times as long for ten times as many keys; the parser alone, a hundred times', () => {
    const few = quickest(2000);
    expect(quickest(20_000)).toBeLessThan(40 * few);
  });
});

/** Milliseconds that parsing a map of so many keys takes, the best of three. */
function quickest(count: number): number {
  const keys = Array.from({ length: count }, (_, i) => `k${String(i)}: 1`);
  const lines = Array.from({ length: count / 200 }, (_, i) => keys.slice(i * 200, (i + 1) * 200));
  const source = new SourceText('x.yaml', `{ ${lines.join(',\n')} }`);
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    expect(Object.keys(parseYaml(source).data as object)).toHaveLength(count);
    return performance.now() - start;
  });
  return Math.min(...times);
}

describe('a file that is no text', () => {
  it.each([
    ['a stray byte', Buffer.from('a: 1\nb: \xe9t\xe9\n', 'latin1'), '2:4'],
    ['a character cut short', Buffer.from([0x61, 0x3a, 0x20, 0xe2, 0x82]), '1:4'],
    ['UTF-16', Buffer.from('\ufeffa: 1\n', 'utf16le'), '1:1'],
  ])('%s', async (_, bytes, at) => {
    const root = await project({ [LINUX]: bytes });
    const { reason, diagnostics = [] } = await failureOf(loadLinuxRecipe(root, '6.1'));
    expect(reason).toBe('recipe-invalid');
    expect(diagnostics.map(place)).toEqual([at]);
    expect(diagnostics[0]).toMatchObject({
      file: LINUX,
      message: 'a byte that is not UTF-8 text',
      hint: 'save the file as UTF-8',
    });
  });

  it('is refused without being read when it is too large', async () => {
    const root = await project({ [LINUX]: Buffer.alloc(MAX_BYTES + 1, '#') });
    const { diagnostics = [] } = await failureOf(loadLinuxRecipe(root, '6.1'));
    expect(diagnostics).toEqual([
      {
        file: LINUX,
        line: 1,
        column: 1,
        severity: 'error',
        message: 'larger than 256 KiB',
        hint: 'split the file',
      },
    ]);
  });

  it('is empty', async () => {
    const root = await project({ [LINUX]: '' });
    const { diagnostics = [] } = await failureOf(loadLinuxRecipe(root, '6.1'));
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'a recipe has to be a map, not nothing',
    ]);
  });
});

describe('a quoted line', () => {
  it('cannot drive a terminal', async () => {
    const root = await project({
      [LINUX]: '# \u001b]0;x\u0007\nsummary: "\u202e\u009b31m" # \u001b[31m\n',
    });
    const { diagnostics = [] } = await failureOf(loadLinuxRecipe(root, '6.1'));
    const texts = diagnostics.flatMap(({ message, quote = '' }) => [message, quote]).join('\n');
    expect(texts).toContain('\\u{1b}[31m');
    expect(texts).toContain('\\u{202e}\\u{9b}31m');
    expect(texts).not.toMatch(/[\u001b\u0007\u009b\u202e]/); // eslint-disable-line no-control-regex
  });

  it('is found across line ends of Windows, after characters beyond 16 bits, at the end of the text', () => {
    const source = new SourceText('f', 'a: 😀\r\nb: "😀" x');
    expect(source.complaint(7, 'm')).toMatchObject({ line: 2, column: 1, quote: 'b: "😀" x' });
    expect(source.complaint(3, 'm')).toMatchObject({ line: 1, column: 4, quote: 'a: 😀' });
    expect(source.complaint(16, 'm', 'h')).toEqual({
      file: 'f',
      line: 2,
      column: 10,
      severity: 'error',
      message: 'm',
      hint: 'h',
      quote: 'b: "😀" x',
    });
  });
});

async function parsed(text: string) {
  await Promise.resolve();
  return parseYaml(new SourceText('x.yaml', text));
}
