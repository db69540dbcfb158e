// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDialect } from '../../../src/protocols/dialect.js';
import { useL7try } from './l7try.js';

const l7try = useL7try();

/** Text that the two readers could disagree about, in pieces. */
const PIECES = [
  ...Array.from('abzAZ019-^$.[]()|*+?\\{},:'),
  '\\x41',
  '\\x5a',
  '\\x5e',
  '\\x28',
  '\\x29',
  '\\x2a',
  '\\x2d',
  '\\x5b',
  '\\x5c',
  '\\x5d',
  '\\x7C',
  '\\x00',
  '\\xg1',
  '\\x4',
  '\\X41',
  '\\\\',
  '[a-z]',
  '[^a',
  '[]',
  '[[:alpha:]]',
  '[z-a]',
  '(a|b)',
  '\xe3',
];

interface Verdict {
  readonly error: number | undefined;
  readonly warned: boolean;
}

/** What the kernel's compiler says of each pattern: `path:line:column: [warning: ]text`. */
async function kernelVerdicts(patterns: readonly string[]): Promise<Verdict[]> {
  const dir = join(l7try.dir, 'patterns');
  mkdirSync(dir, { recursive: true });
  const files = patterns.map((pattern, index) => {
    const file = join(dir, `p${String(index)}.pat`);
    writeFileSync(file, `p${String(index)}\n${pattern}\n`, 'latin1');
    return file;
  });
  const { stderr } = await l7try.compile(files);
  const said = new Map<string, Verdict>();
  for (const [, file = '', column, warning] of stderr.matchAll(
    /^(.+):2:(\d+): (warning: )?.*$/gm,
  )) {
    const warned = warning !== undefined;
    said.set(file, { error: warned ? undefined : Number(column) - 1, warned });
  }
  return files.map((file) => said.get(file) ?? { error: undefined, warned: false });
}

/** The same of ours: the kernel warns of decoded operators and of \x00 only. */
function ourVerdict(pattern: string): Verdict {
  const { complaints } = readDialect(pattern);
  const error = complaints.find(({ severity }) => severity === 'error')?.offset;
  const warned = complaints.some(({ message }) =>
    /^\\x[0-9a-fA-F]{2} (is decoded|ends)/.test(message),
  );
  return { error, warned: error === undefined && warned };
}

describe('the dialect’s reader', () => {
  it('agrees with the kernel’s compiler on what is refused, where, and what is warned of', async () => {
    const text = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 14 });
    const patterns = fc
      .sample(
        text.map((pieces) => pieces.join('')),
        { seed: 7, numRuns: 3000 },
      )
      .filter((pattern) => pattern.length > 0 && !pattern.startsWith('#'));
    const kernel = await kernelVerdicts(patterns);
    const disagreements = patterns.flatMap((pattern, index) => {
      const [ours, theirs] = [ourVerdict(pattern), kernel[index]];
      return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{ pattern, ours, theirs }];
    });
    expect(disagreements).toEqual([]);
    const refused = kernel.filter(({ error }) => error !== undefined).length;
    expect(refused).toBeGreaterThan(500);
    expect(patterns.length - refused).toBeGreaterThan(500);
  }, 120_000);
});
