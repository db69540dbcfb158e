// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { judge, refuseUnmet } from '../../../src/kconfig/contract.js';
import { parseDotConfig } from '../../../src/kconfig/dot-config.js';
import { parseFragment } from '../../../src/kconfig/fragment.js';
import type { ConfigVerdict } from '../../../src/model/config.js';
import { Failed } from '../../../src/model/failure.js';
import { FAKE_LINUX } from '../series/workshop.js';

const CONFIG = `# Linux/x86 6.1.99 Kernel Configuration
CONFIG_NET=y
CONFIG_INET=y
CONFIG_MODULES=y
CONFIG_NETFILTER=y
# CONFIG_NETFILTER_ADVANCED is not set
CONFIG_NETFILTER_XTABLES=y
CONFIG_NETFILTER_XT_MATCH_STATE=m
CONFIG_CRC32=y
CONFIG_SLUB=y
CONFIG_LOCALVERSION="-x"
CONFIG_LOG_BUF_SHIFT=17
CONFIG_LOG_BUF_MAX=25
CONFIG_START=0x0f
`;

function verdicts(fragment: string): Promise<ConfigVerdict[]> {
  const { requests } = parseFragment(`# why\n${fragment}`, 'f.config');
  return judge(requests, CONFIG, { src: FAKE_LINUX, srcarch: 'x86' });
}

describe('a request beside what it came to', () => {
  it.each([
    ['CONFIG_NET=y', 'met', 'y'],
    ['CONFIG_NETFILTER_XTABLES=m', 'stronger', 'y'],
    ['# CONFIG_LEGACY is not set', 'met', 'n'],
    ['# CONFIG_NO_SUCH_THING is not set', 'met', 'n'],
    ['CONFIG_LOCALVERSION="-x"', 'met', '"-x"'],
    ['CONFIG_START=0xF', 'met', '0x0f'],
  ])('%s is %s', async (line, outcome, resolved) => {
    expect(await verdicts(line)).toMatchObject([
      { outcome, resolved, why: 'why', from: 'f.config:2' },
    ]);
    expect((await verdicts(line))[0]).not.toHaveProperty('unmet');
  });

  it.each([
    [
      'CONFIG_NETFILTER_XT_MATCH_LENGTH=m',
      'dropped',
      'needs NETFILTER_ADVANCED=y or m, which is n',
    ],
    ['CONFIG_LEGACY=y', 'dropped', 'needs MODULES=n, which is y'],
    [
      'CONFIG_NETFILTER_XT_MATCH_LENGHT=m',
      'unknown-symbol',
      'this kernel has no such symbol; it has NETFILTER_XT_MATCH_LENGTH',
    ],
    ['CONFIG_WIRELESS=y', 'unknown-symbol', 'this kernel has no such symbol'],
    ['# CONFIG_CRC32 is not set', 'changed', 'selected by NETFILTER_XT_MATCH_STATE'],
    ['# CONFIG_NETFILTER_XTABLES is not set', 'changed', "the tree's own rules switch it on"],
    [
      '# CONFIG_LOG_BUF_MAX is not set',
      'changed',
      'cannot be switched off here: it has no visible prompt',
    ],
    ['CONFIG_CRC32=m', 'stronger', undefined],
    ['CONFIG_LOG_BUF_MAX=30', 'changed', 'cannot be asked for: init/Kconfig:23 computes it'],
    ['CONFIG_LOG_BUF_SHIFT=40', 'changed', 'its range is 12 to 25'],
    ['CONFIG_LOG_BUF_SHIFT=y', 'changed', 'it takes a value of type int (init/Kconfig:18)'],
    ['CONFIG_LOCALVERSION="-y"', 'changed', 'the tree sets it by itself'],
    ['CONFIG_SLOB=y', 'dropped', 'the choice it is part of came out as SLUB'],
    ['CONFIG_NETFILTER_ADVANCED=m', 'dropped', 'it can be y or n, not a module: ask for y'],
    ['CONFIG_NETFILTER_XT_MATCH_STATE=y', 'changed', 'needs NF_CONNTRACK=y, which is n'],
    ['CONFIG_RETPOLINE=y', 'dropped', 'the compiler or a tool may lack what it asks for'],
  ])('%s is %s: %s', async (line, outcome, unmet) => {
    const [found] = await verdicts(line);
    expect(found).toMatchObject({ outcome });
    expect(found?.unmet).toBe(unmet);
  });

  it('is not met through a fragment of ours: the place is named', async () => {
    const found = await verdicts(
      'CONFIG_NETFILTER_XT_MATCH_LENGTH=m\n# CONFIG_NETFILTER_ADVANCED is not set',
    );
    expect(found[0]?.unmet).toBe(
      'needs NETFILTER_ADVANCED=y or m, which is n (f.config:3 asks for NETFILTER_ADVANCED=n)',
    );
  });

  it('without a tree goes unexplained', async () => {
    const { requests } = parseFragment('# why\nCONFIG_WIRELESS=y\n', 'f.config');
    expect(await judge(requests, CONFIG)).toMatchObject([{ outcome: 'dropped', resolved: 'n' }]);
  });
});

describe('the failure', () => {
  const failure = (found: readonly ConfigVerdict[]): Failed['failure'] => {
    try {
      refuseUnmet(found);
    } catch (error) {
      if (error instanceof Failed) return error.failure;
    }
    throw new Error('not refused');
  };

  it('has one line per symbol that is not met', async () => {
    const found = await verdicts(
      'CONFIG_NET=y\nCONFIG_NETFILTER_XT_MATCH_LENGTH=m\nCONFIG_WIRELESS=y\nCONFIG_NETFILTER_XTABLES=m',
    );
    expect(failure(found)).toMatchObject({
      reason: 'config-unmet',
      message: '2 CONFIG symbols cannot be met, first CONFIG_NETFILTER_XT_MATCH_LENGTH',
      details: [
        'CONFIG_NETFILTER_XT_MATCH_LENGTH=m (f.config:3): dropped, is n; needs NETFILTER_ADVANCED=y or m, which is n',
        'CONFIG_WIRELESS=y (f.config:4): unknown-symbol, is n; this kernel has no such symbol',
      ],
    });
    expect(failure(found.slice(2, 3)).message).toBe('CONFIG_WIRELESS=y cannot be met: it is n');
    expect(() => {
      refuseUnmet(found.slice(0, 1));
    }).not.toThrow();
  });
});

describe('a .config', () => {
  it('is read as the kernel reads it: the last setting counts', () => {
    const text = 'CONFIG_A=y\r\nCONFIG_B=y\n# CONFIG_B is not set\nnonsense\nCONFIG_A=m\n';
    expect([...parseDotConfig(text)]).toEqual([['A', 'm']]);
  });
});
