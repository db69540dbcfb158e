// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFragment } from '../../../src/kconfig/fragment.js';
import { mergeRequests } from '../../../src/kconfig/requests.js';
import type { SymbolRequest } from '../../../src/model/recipe.js';

describe('a fragment', () => {
  it('is settings, each with the comment above it as its reason', () => {
    const { requests, diagnostics } = parseFragment(
      `# SPDX-License-Identifier: GPL-2.0-only
#
# About the whole file.

# rules need
# conntrack
CONFIG_NF_CONNTRACK=m
CONFIG_NF_CONNTRACK_MARK=y
# its own reason
# CONFIG_NF_CONNTRACK_LABELS is not set

# texts and numbers
CONFIG_LOCALVERSION="-l7 \\"x\\""
CONFIG_LOG_BUF_SHIFT=17
CONFIG_START=0x1F
CONFIG_TIMEOUT=-1
`,
      'f.config',
    );
    expect(diagnostics).toEqual([]);
    expect(requests.map(({ symbol, value, why, line }) => [symbol, value, why, line])).toEqual([
      ['NF_CONNTRACK', 'm', 'rules need conntrack', 7],
      ['NF_CONNTRACK_MARK', 'y', 'rules need conntrack', 8],
      ['NF_CONNTRACK_LABELS', 'n', 'its own reason', 10],
      ['LOCALVERSION', '"-l7 \\"x\\""', 'texts and numbers', 13],
      ['LOG_BUF_SHIFT', '17', 'texts and numbers', 14],
      ['START', '0x1F', 'texts and numbers', 15],
      ['TIMEOUT', '-1', 'texts and numbers', 16],
    ]);
    expect(requests[0]?.file).toBe('f.config');
  });

  it('wants a reason for each', () => {
    const { requests, diagnostics } = parseFragment('# why\n\nCONFIG_NET=y\n', 'f.config');
    expect(requests).toMatchObject([{ symbol: 'NET', why: '' }]);
    expect(diagnostics).toMatchObject([
      { severity: 'warning', line: 3, message: 'CONFIG_NET is asked for without a reason' },
    ]);
  });

  it.each([
    ['CONFIG_NET', 11, 'no value for CONFIG_NET'],
    ['CONFIG_NET =y', 11, 'blanks before the ='],
    ['CONFIG_NET=', 12, 'not a value of Kconfig: '],
    ['CONFIG_NET=yes', 12, 'not a value of Kconfig: yes'],
    ['CONFIG_NET=-layer7', 12, 'not a value of Kconfig: -layer7'],
    ['CONFIG_NAME="a', 13, 'not a value of Kconfig: "a'],
    ['  CONFIG_NET=y', 1, 'blanks before the line'],
    ['NET=y', 1, 'no CONFIG_ symbol'],
    ['<<<<<<< HEAD', 1, 'no CONFIG_ symbol'],
  ])('points into %s', (line, column, message) => {
    expect(parseFragment(`# why\n${line}\n`, 'f.config').diagnostics).toMatchObject([
      { file: 'f.config', line: 2, column, severity: 'error', message, quote: line },
    ]);
  });
});

describe('several fragments', () => {
  const read = (...texts: string[]): SymbolRequest[] =>
    texts.flatMap((text, index) => parseFragment(text, `${String(index)}.config`).requests);

  it('are one list, in order; the same again is no news', () => {
    const { requests, diagnostics } = mergeRequests(
      read('# a\nCONFIG_NET=y\nCONFIG_INET=y\n', '# b\nCONFIG_NET=y\nCONFIG_IPV6=m\n'),
    );
    expect(requests.map(({ symbol, why }) => [symbol, why])).toEqual([
      ['NET', 'a'],
      ['INET', 'a'],
      ['IPV6', 'b'],
    ]);
    expect(diagnostics).toEqual([]);
  });

  it('may not contradict each other: the error names both places', () => {
    const { diagnostics } = mergeRequests(
      read('# a\nCONFIG_NF_CONNTRACK=m\n', '# b\nCONFIG_NET=y\nCONFIG_NF_CONNTRACK=y\n'),
    );
    expect(diagnostics).toMatchObject([
      {
        file: '1.config',
        line: 3,
        severity: 'error',
        message: 'CONFIG_NF_CONNTRACK=y contradicts 0.config:2, which asks for m',
      },
    ]);
  });

  it('of this project are sound: no fault, no contradiction, every symbol with its reason', () => {
    const dir = join(import.meta.dirname, '../../../recipes/linux/fragments');
    const parsed = ['base-x86_64.config', 'netfilter.config', 'layer7.config'].map((name) =>
      parseFragment(readFileSync(join(dir, name), 'utf8'), name),
    );
    const merged = mergeRequests(parsed.flatMap(({ requests }) => requests));
    expect(merged.requests.length).toBeGreaterThan(100);
    expect([...parsed.flatMap(({ diagnostics }) => diagnostics), ...merged.diagnostics]).toEqual(
      [],
    );
  });
});
