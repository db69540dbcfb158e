// SPDX-License-Identifier: GPL-2.0-only
import XMLBuilder from 'fast-xml-builder';
import type { CheckResult } from '../model/check.js';
import type { Report, ReportedStep } from '../model/report.js';
import { visible } from '../model/visible.js';

/** One test case in the attributes-and-children shape that the XML builder takes. */
export interface Case {
  readonly '@name': string;
  readonly '@classname': string;
  readonly '@time': string;
  readonly failure?: { readonly '@message': string };
  readonly skipped?: { readonly '@message': string };
}

/** The run as JUnit XML: one suite for the steps, one for the guest's checks. */
export function renderJunit(report: Report): string {
  const name = `l7build ${report.recipe.kernel} ${report.recipe.mode}`;
  return junit([
    suite(
      `${name} steps`,
      report.steps.map((step) => stepCase(step, report.failure?.message)),
    ),
    suite(`${name} checks`, report.checks.map(checkCase)),
  ]);
}

/** Suites as a document. */
export function junit(suites: readonly object[]): string {
  const xml = new XMLBuilder({
    ...{ ignoreAttributes: false, attributeNamePrefix: '@', format: true },
    // XML 1.0 has no way to write most control characters, and guests print what they like.
    attributeValueProcessor: (_, value) => visible(String(value)),
  });
  return xml.build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: { testsuite: suites },
  });
}

/** A suite with its cases and how many of them failed or were skipped. */
export function suite(name: string, cases: readonly Case[]): object {
  return {
    '@name': name,
    '@tests': String(cases.length),
    '@failures': String(cases.filter((test) => test.failure !== undefined).length),
    '@skipped': String(cases.filter((test) => test.skipped !== undefined).length),
    testcase: cases,
  };
}

function stepCase(step: ReportedStep, failure: string | undefined): Case {
  const test = { '@name': step.title, '@classname': 'steps', '@time': seconds(step.ms ?? 0) };
  if (step.outcome === 'failed') return { ...test, failure: { '@message': failure ?? 'failed' } };
  if (step.outcome === 'hit' || step.outcome === 'done') return test;
  return { ...test, skipped: { '@message': step.outcome } };
}

/** A check as a case. */
export function checkCase(check: CheckResult): Case {
  const test = {
    '@name': check.title,
    '@classname': `checks.${check.variant}`,
    '@time': seconds(check.ms),
  };
  switch (check.outcome) {
    case 'passed':
      return test;
    case 'failed': {
      const message = `expected ${check.expected}; observed ${check.observed}`;
      return { ...test, failure: { '@message': message } };
    }
    case 'not-applicable':
      return { ...test, skipped: { '@message': check.observed } };
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
