// SPDX-License-Identifier: GPL-2.0-only
import type { CheckResult } from '../../model/check.js';
import type { LabReport, ReportedTrial } from '../../model/lab-report.js';
import { checkCase, junit, suite } from '../junit.js';

/** The trials as JUnit XML: a suite for each kernel. Without rules, what fails has done what it had to. */
export function renderLabJunit({ trials, withoutRules, mode }: LabReport): string {
  const kernels = [...new Set(trials.map(({ kernel }) => kernel))];
  return junit(
    kernels.map((kernel) => {
      const cases = trials.filter((trial) => trial.kernel === kernel);
      const asCheck = (trial: ReportedTrial): CheckResult => claimOf(trial, withoutRules);
      return suite(`l7build lab ${kernel} ${mode}`, cases.map(asCheck).map(checkCase));
    }),
  );
}

function claimOf({ result, right }: ReportedTrial, withoutRules: boolean): CheckResult {
  const named = { ...result, title: result.id };
  if (!withoutRules || result.outcome === 'not-applicable') return named;
  return {
    ...named,
    title: `${result.id} fails without its rules`,
    outcome: right ? 'passed' : 'failed',
    expected: 'it fails',
  };
}
