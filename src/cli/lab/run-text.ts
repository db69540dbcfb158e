// SPDX-License-Identifier: GPL-2.0-only
import type { Exercise } from '../../model/exercise.js';
import type { LabReport, ReportedTrial } from '../../model/lab-report.js';
import { visible } from '../../model/visible.js';
import { duration } from '../../ui/words.js';

/** What is done, ready to be typed. */
export function stepLines({ name, summary, teaches, steps }: Exercise): string[] {
  return [
    `${name}: ${summary}`,
    `  ${teaches}`,
    ...steps.map(
      ({ host, kind, command }) => `  ${host}# ${command}${kind === 'start' ? ' &' : ''}`,
    ),
  ];
}

/** A trial when it has ended; what the guest has said is made safe to show. */
export function trialText({ result, right }: ReportedTrial): string {
  const { id, variant, outcome, expected, observed, ms } = result;
  const word = right ? 'right' : 'WRONG';
  if (outcome === 'not-applicable')
    return visible(`${id} [${variant}] not applicable: ${observed}`);
  const head = `${word} ${id} [${variant}] ${outcome} in ${duration(ms)}`;
  const told = outcome === 'passed' ? observed : `expected ${expected}; observed ${observed}`;
  return visible(`${head}: ${told}`);
}

/** The end of a run for people: the table, how many were right, where the report lies. */
export function closing(report: LabReport, out: string): string[] {
  const tried = report.trials.filter(({ result }) => result.outcome !== 'not-applicable');
  const right = `${String(tried.filter((trial) => trial.right).length)} of ${String(tried.length)}`;
  const words = report.withoutRules ? 'failed without their rules, as they have to' : 'passed';
  return [
    `${right} ${words}, in ${duration(report.ms)}.`,
    `All of it: ${out}. Next: xdg-open ${out}/report.html`,
  ];
}
