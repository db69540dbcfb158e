// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { renderLabJunit } from '../../../../src/report/lab/junit.js';
import { FAILED, PASSED, REPORT } from './report.js';

it('has a suite for each kernel, with what failed and what was not applicable', () => {
  const xml = renderLabJunit(REPORT);
  expect(xml).toContain(
    '<testsuite name="l7build lab 6.1 module" tests="3" failures="1" skipped="0">',
  );
  expect(xml).toContain(
    '<testsuite name="l7build lab 2.6.32 module" tests="1" failures="0" skipped="1">',
  );
  expect(xml).toContain('<testcase name="flood" classname="checks.nft" time="5.300"></testcase>');
  expect(xml).toContain('<skipped message="iptables 1.4.21 has no nft">');
});

it('has nothing in it that XML cannot have, whatever a guest prints', () => {
  const xml = renderLabJunit(REPORT);
  expect(xml).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
  expect(xml).not.toContain('<script');
  expect(xml).toContain('\\u{1b}[2J\\u{0}\\u{202e}');
});

it('turns it round where the rules were left out', () => {
  const xml = renderLabJunit({
    ...REPORT,
    withoutRules: true,
    trials: [
      { ...PASSED, right: false },
      { ...FAILED, right: true },
    ],
  });
  expect(xml).toContain('tests="3" failures="1"');
  expect(xml).toMatch(
    /flood fails without its rules" classname="checks.nft"[^]*expected it fails; observed replies: 3/,
  );
});

it('fails where a clock is wrong, and where the run went no further', () => {
  const clock = { rate: 47.2, verdict: 'wrong' } as const;
  const labs = REPORT.labs.map((lab) => ({
    ...lab,
    hosts: lab.hosts.map((host) => ({ ...host, clock })),
  }));
  const failure = { reason: 'guest-died', message: 'leaf died' } as const;
  const xml = renderLabJunit({ ...REPORT, trials: [], labs, failure });
  expect(xml).toContain(
    'expected within 1 % of the machine&apos;s; observed gate 4720.00 %, leaf 4720.00 %',
  );
  expect(xml).toContain('observed exit code 4: leaf died');
  expect(xml.match(/failures="1"/g)).toHaveLength(2);
});

it('claims nothing of clocks that nobody could compare', () => {
  const labs = REPORT.labs.map((lab) => ({ ...lab, hosts: lab.hosts.slice(1) }));
  expect(renderLabJunit({ ...REPORT, trials: [], labs })).toContain(
    '<skipped message="the hosts were not up for long enough">',
  );
});
