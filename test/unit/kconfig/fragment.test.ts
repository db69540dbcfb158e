// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFragment } from '../../../src/kconfig/fragment.js';
import { readRequests } from '../../../src/kconfig/requests.js';
import { Failed } from '../../../src/model/failure.js';

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

describe('the fragments of a recipe', () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'l7build-fragments-'));
  });
  afterEach(() => {
    rmSync(project, { recursive: true, force: true });
  });
  const file = (path: string, text: string): { path: string; sha256: string } => {
    writeFileSync(join(project, path), text);
    return { path, sha256: '' };
  };

  it('are one list, in order; the same again is no news', async () => {
    const a = file('a.config', '# a\nCONFIG_NET=y\nCONFIG_INET=y\n');
    const b = file('b.config', '# b\nCONFIG_NET=y\nCONFIG_IPV6=m\n');
    const { requests, warnings } = await readRequests(project, [a, b]);
    expect(requests.map(({ symbol, why }) => [symbol, why])).toEqual([
      ['NET', 'a'],
      ['INET', 'a'],
      ['IPV6', 'b'],
    ]);
    expect(warnings).toEqual([]);
  });

  it('may not contradict each other: the error names both places', async () => {
    const a = file('a.config', '# a\nCONFIG_NF_CONNTRACK=m\n');
    const b = file('b.config', '# b\nCONFIG_NET=y\nCONFIG_NF_CONNTRACK=y\n');
    const failure = await readRequests(project, [a, b]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failed);
    expect((failure as Failed).failure).toMatchObject({
      reason: 'recipe-invalid',
      message: 'b.config:3: CONFIG_NF_CONNTRACK=y contradicts a.config:2, which asks for m',
      diagnostics: [{ file: 'b.config', line: 3 }],
    });
  });

  it('are refused with all their faults at once', async () => {
    const a = file('a.config', 'CONFIG_A\nCONFIG_B\n');
    const failure = await readRequests(project, [a]).catch((error: unknown) => error);
    expect((failure as Failed).failure.message).toBe('2 faults in the CONFIG fragments');
    expect((failure as Failed).failure.diagnostics).toHaveLength(2);
  });

  it('of this project are sound, and every symbol has its reason', async () => {
    const root = join(import.meta.dirname, '../../..');
    const names = ['base-x86_64', 'netfilter', 'layer7'];
    const { requests, warnings } = await readRequests(
      root,
      names.map((name) => ({ path: `recipes/linux/fragments/${name}.config`, sha256: '' })),
    );
    expect(requests.length).toBeGreaterThan(100);
    expect(warnings).toEqual([]);
  });
});
