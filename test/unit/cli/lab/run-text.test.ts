// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { closing, trialText } from '../../../../src/cli/lab/run-text.js';
import { FAILED, PASSED, REPORT, SKIPPED } from '../../report/lab/report.js';

it('ends with a table, the reasons of what was not tried, and where the report lies', () => {
  expect(closing(REPORT, 'out/lab')).toEqual([
    '       6.1 nft       6.1 legacy    2.6.32 nft',
    'flood  passed 5.3 s  FAILED 0.1 s  not applicable (1)',
    '(1) iptables 1.4.21 has no nft',
    '1 of 2 passed, in 60 s.',
    'All of it: out/lab. Next: xdg-open out/lab/report.html',
  ]);
});

it('has no table where one trial is all, and tells what was right without rules', () => {
  const trials = [{ ...FAILED, right: true }];
  expect(closing({ ...REPORT, trials, withoutRules: true }, 'x')[0]).toBe(
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
