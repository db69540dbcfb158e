// SPDX-License-Identifier: GPL-2.0-only
import type { CheckResult } from '../../model/check.js';
import type { Failure } from '../../model/failure.js';
import type { LabReport, ReportedLab, ReportedTrial } from '../../model/lab-report.js';
import { checkCase, junit, suite, type Case } from '../junit.js';

/** The trials as JUnit XML: a suite for each kernel. Without rules, what fails has done what it had to. */
export function renderLabJunit(report: LabReport): string {
  const { trials, labs, withoutRules, mode, failure } = report;
  const kernels = [...new Set([...trials, ...labs].map(({ kernel }) => kernel))];
  const suites = kernels.map((kernel) => {
    const own = trials.filter((trial) => trial.kernel === kernel);
    const checks = [
      ...own.map((trial) => claimOf(trial, withoutRules)),
      ...labs.filter((lab) => lab.kernel === kernel).map(clocksOf),
    ];
    return suite(`l7build lab ${kernel} ${mode}`, checks.map(checkCase));
  });
  const whole = failure === undefined ? [] : [suite('l7build lab', [wholeCase(report, failure)])];
  return junit([...suites, ...whole]);
}

/** A run that went no further has a case of its own, that failed. */
function wholeCase({ ms, exitCode }: LabReport, { message }: Failure): Case {
  return checkCase({
    ...{ id: 'run', title: 'the run comes to its end', variant: 'run', outcome: 'failed', ms },
    ...{ expected: 'exit code 0', observed: `exit code ${String(exitCode)}: ${message}` },
  });
}

/** The clocks of a lab's hosts; those that are off by little are told, and have not failed. */
function clocksOf({ topology, hosts, ms }: ReportedLab): CheckResult {
  const told = hosts.flatMap(({ name, clock }) =>
    clock === undefined ? [] : [`${name} ${(clock.rate * 100).toFixed(2)} %`],
  );
  const clocks = { id: 'clocks', title: `clocks of ${topology}`, variant: 'clocks', ms };
  const expected = "within 1 % of the machine's";
  if (told.length === 0) {
    const observed = 'the hosts were not up for long enough';
    return { ...clocks, outcome: 'not-applicable', expected, observed };
  }
  const wrong = hosts.some(({ clock }) => clock?.verdict === 'wrong');
  return { ...clocks, outcome: wrong ? 'failed' : 'passed', expected, observed: told.join(', ') };
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
