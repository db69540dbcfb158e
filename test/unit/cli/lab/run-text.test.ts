// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { closing, trialText } from '../../../../src/cli/lab/run-text.js';
import { FAILED, PASSED, REPORT, SKIPPED } from '../../report/lab/report.js';

it('ends with a table, the reasons of what was not tried, and where the report lies', () => {
  expect(closing(REPORT, 'out/lab')).toEqual([
    '       6.1 nft       6.1 legacy    2.6.32 nft',
    'flood  passed 5.3 s  FAILED 0.1 s  not applicable (1)',
    '(1) iptables 1.4.21 has no nft',
    "clocks of all hosts within 0.04 % of this machine's",
    '1 of 2 passed, in 60 s.',
    'All of it: out/lab. Next: xdg-open out/lab/report.html',
  ]);
});

it('has no table where one trial is all, and tells what was right without rules', () => {
  const trials = [{ ...FAILED, right: true }];
  expect(closing({ ...REPORT, trials, labs: [], withoutRules: true }, 'x')[0]).toBe(
    '1 of 1 failed without their rules, as they have to, in 60 s.',
  );
});

it('tells of a trial in a line that drives no terminal', () => {
  expect(trialText(PASSED)).toBe('right flood [nft] passed in 5.3 s: replies: 3');
  expect(trialText(SKIPPED)).toBe('skip  flood [nft] not applicable: iptables 1.4.21 has no nft');
  expect(trialText(FAILED)).toMatch(
    /^WRONG flood .* expected gate: limit; observed .*\\u\{1b\}\[2J/,
  );
});

it('names the clocks that are off, and what those that are wrong make of the rest', () => {
  const hosts = [
    { rate: 1.02, verdict: 'off' } as const,
    { rate: 0.5, verdict: 'wrong' } as const,
    { rate: 1.001, verdict: 'right' } as const,
  ].map((clock, index) => ({
    name: `h${String(index)}`,
    addresses: [],
    ...{ kernel: index === 1 ? '2.6.32' : '6.1', release: '', iptables: '' },
    bootMs: 1,
    complaints: [],
    clock,
  }));
  const labs = REPORT.labs.map((lab) => ({ ...lab, hosts }));
  const lines = closing({ ...REPORT, labs, trials: [PASSED] }, 'x');
  expect(lines.slice(0, 2)).toEqual([
    "warn  the clock of h0 (linux 6.1) ran 1.020 times as fast as this machine's",
    "WRONG the clock of h1 (linux 2.6.32) ran 0.500 times as fast as this machine's: no rate there is to be trusted",
  ]);
});
