// SPDX-License-Identifier: GPL-2.0-only
import { aligned } from '../../host/columns.js';
import type { Exercise } from '../../model/exercise.js';
import type { LabReport, ReportedTrial } from '../../model/lab-report.js';
import { visible } from '../../model/visible.js';
import { duration } from '../../model/duration.js';

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
    return visible(`skip  ${id} [${variant}] not applicable: ${observed}`);
  const head = `${word} ${id} [${variant}] ${outcome} in ${duration(ms)}`;
  const told = outcome === 'passed' ? observed : `expected ${expected}; observed ${observed}`;
  return visible(`${head}: ${told}`);
}

/** Exercise × kernel and back end, where there is more than one cell; what is wrong in capitals. */
function table({ exercises, trials }: LabReport): string[] {
  if (trials.length < 2) return [];
  const columns = [...new Set(trials.map(columnOf))];
  const reasons = [...new Set(trials.flatMap(reasonOf))];
  const cell = (trial: ReportedTrial | undefined): string => {
    if (trial === undefined) return '';
    const { outcome, ms } = trial.result;
    const [reason] = reasonOf(trial);
    if (reason !== undefined) return `not applicable (${String(reasons.indexOf(reason) + 1)})`;
    return `${trial.right ? outcome : outcome.toUpperCase()} ${duration(ms)}`;
  };
  const rows = exercises.map(({ name }) => {
    const own = trials.filter(({ result }) => result.id === name);
    return [name, ...columns.map((column) => cell(own.find((one) => columnOf(one) === column)))];
  });
  return [
    ...aligned([['', ...columns], ...rows]),
    ...reasons.map((reason, index) => `(${String(index + 1)}) ${reason}`),
  ];
}

/** The clocks of all hosts against the machine's. */
function clocks({ labs }: LabReport): string[] {
  const all = labs.flatMap(({ hosts }) =>
    hosts.flatMap(({ name, kernel, clock }) =>
      clock === undefined ? [] : [{ kernel, name, ...clock }],
    ),
  );
  if (all.length === 0) return [];
  const far = all.filter(({ verdict }) => verdict !== 'right');
  const most = Math.max(...all.map(({ rate }) => Math.abs(rate - 1)));
  if (far.length === 0)
    return [`clocks of all hosts within ${(most * 100).toFixed(2)} % of this machine's`];
  return far.map(({ kernel, name, rate, verdict }) => {
    const what = `the clock of ${name} (linux ${kernel}) ran ${rate.toFixed(3)} times as fast as this machine's`;
    return verdict === 'wrong' ? `WRONG ${what}: no rate there is to be trusted` : `warn  ${what}`;
  });
}

function columnOf({ kernel, backend }: ReportedTrial): string {
  return `${kernel} ${backend}`;
}

function reasonOf({ result: { outcome, observed } }: ReportedTrial): string[] {
  return outcome === 'not-applicable' ? [observed] : [];
}

/** The end of a run for people: the table, how many were right, where the report lies. */
export function closing(report: LabReport, out: string): string[] {
  const tried = report.trials.filter(({ result }) => result.outcome !== 'not-applicable');
  const right = `${String(tried.filter((trial) => trial.right).length)} of ${String(tried.length)}`;
  const words = report.withoutRules ? 'failed without their rules, as they have to' : 'passed';
  return [
    ...table(report),
    ...clocks(report),
    `${right} ${words}, in ${duration(report.ms)}.`,
    `All of it: ${out}. Next: xdg-open ${out}/report.html`,
  ];
}
