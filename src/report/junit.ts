// SPDX-License-Identifier: GPL-2.0-only
import builder from 'junit-report-builder';
import type { Report } from '../model/report.js';

/** The run as JUnit XML: one suite for the steps, one for the guest's checks. */
export function renderJunit(report: Report): string {
  const xml = builder.newBuilder();
  const name = `l7build ${report.recipe.kernel} ${report.recipe.mode}`;
  const steps = xml.testSuite().name(`${name} steps`);
  for (const step of report.steps) {
    const test = steps
      .testCase()
      .className('steps')
      .name(step.title)
      .time((step.ms ?? 0) / 1000);
    if (step.outcome === 'failed') test.failure(report.failure?.message ?? 'failed');
    else if (step.outcome !== 'hit' && step.outcome !== 'done') test.skipped();
  }
  const checks = xml.testSuite().name(`${name} checks`);
  for (const check of report.checks) {
    const test = checks
      .testCase()
      .className(`checks.${check.variant}`)
      .name(check.title)
      .time(check.ms / 1000);
    if (check.outcome === 'failed') {
      test.failure(`expected ${check.expected}; observed ${check.observed}`);
    } else if (check.outcome === 'not-applicable') test.skipped();
  }
  return xml.build();
}
