// SPDX-License-Identifier: GPL-2.0-only
import type {
  Capture,
  Counters,
  DoneStep,
  LabReport,
  ReportedExercise,
  ReportedTrial,
} from '../../model/lab-report.js';
import { duration } from '../../model/duration.js';
import { answersCurve, answersIn } from './answers.js';
import { passed } from './counted.js';
import { countersTable } from './counters-table.js';
import { html, type Markup } from './html.js';
import { way } from './way.js';

/** A trial's outcome, leading to it. */
export function verdict(trial: ReportedTrial): Markup {
  const { outcome, ms } = trial.result;
  if (outcome === 'not-applicable') return html`<span class="cell none">not applicable</span>`;
  return html`<a class="cell ${trial.right ? 'good' : 'bad'}" href="#${idOf(trial)}"
    >${outcome} in ${duration(ms)}</a
  >`;
}

/** An exercise: what it teaches, its commands, and how each trial of it went. */
export function exerciseSection(
  exercise: ReportedExercise,
  { trials, withoutRules }: LabReport,
): Markup {
  const { name, summary, teaches, steps } = exercise;
  const own = trials.filter(
    ({ result }) => result.id === name && result.outcome !== 'not-applicable',
  );
  // The first to be read is one that is wrong, where there is one.
  const open = own.find(({ right }) => !right) ?? own[0];
  return html`<section id="${name}">
    <h2><a href="#${name}">${name}</a></h2>
    <p>${summary}. <span class="dim">${teaches}</span></p>
    <h3>
      Commands, as they are typed on the hosts
      <span class="legend">${withoutRules ? 'left out' : 'what it is about'}</span>
    </h3>
    <ol class="commands">
      ${steps.map(
        ({ kind, host, command }) =>
          html`<li class="${kind}">
            <code data-host="${host}">${command}${kind === 'start' ? ' &' : ''}</code>
          </li>`,
      )}
    </ol>
    ${own.map((trial) => trialDetails(trial, exercise, trial === open))}
  </section>`;
}

/** Its name is within what is folded: a browser that is led there unfolds it. */
function trialDetails(trial: ReportedTrial, { steps }: ReportedExercise, open: boolean): Markup {
  const { kernel, backend, result, counters, captures, right } = trial;
  const { outcome, ms } = result;
  const hosts = [...new Set(counters.map(({ host }) => host))];
  const of = (host: string): Counters[] => counters.filter((one) => one.host === host);
  return html`<details ${open ? html`open=""` : ''}>
    <summary>
      Linux ${kernel}, iptables-${backend}
      <span class="cell ${right ? 'good' : 'bad'}">${outcome} in ${duration(ms)}</span>
    </summary>
    <div class="trial" id="${idOf(trial)}">
      ${observations(trial, steps)} ${trial.steps.map((step) => curve(step, steps))}
      ${hosts.map(
        (host) =>
          html`<h3>The way through ${host}</h3>
            ${way(host, passed(of(host)))}${countersTable(host, of(host))}`,
      )}
      ${printed(trial.steps, steps)} ${links(captures)}
    </div>
  </details>`;
}

function curve({ step, output }: DoneStep, typed: ReportedExercise['steps']): Markup | string {
  const found = answersIn(output);
  return found === undefined ? '' : answersCurve(nameOf(step, typed), found);
}

function links(captures: readonly Capture[]): Markup | string {
  if (captures.length === 0) return '';
  return html`<p class="dim">
    Captures: ${captures.map(({ link, file }) => html`<a href="${encodeURI(file)}">${link}</a> `)}
  </p>`;
}

/** A step as the page calls it: `3, on node2`. */
function nameOf(step: number, typed: ReportedExercise['steps']): string {
  return `${String(step + 1)}, on ${typed[step]?.host ?? ''}`;
}

/** What was expected and what was seen; of a host that could not be made fresh only the result tells. */
function observations({ result, steps }: ReportedTrial, typed: ReportedExercise['steps']): Markup {
  const seen = steps.flatMap(({ step, observations: all }) => all.map((one) => ({ step, ...one })));
  const rows = seen.length > 0 ? seen : [{ step: -1, met: result.outcome === 'passed', ...result }];
  return html`<h3>Observed</h3>
    <div class="wide">
      <table>
        <thead>
          <tr>
            ${['', 'Step', 'Expected', 'Seen'].map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ step, expected, observed, met }) =>
              html`<tr>
                <td class="${met ? 'good' : 'bad'}">${met ? '✓' : '✗'}</td>
                <td class="dim">${step === -1 ? '' : nameOf(step, typed)}</td>
                <td>${expected}</td>
                <td>${observed}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function printed(steps: readonly DoneStep[], typed: ReportedExercise['steps']): Markup | string {
  const said = steps.filter(({ output }) => output.trim() !== '');
  if (said.length === 0) return '';
  return html`<h3>Printed</h3>
    ${said.map(
      ({ step, ms, exitCode, output }) =>
        html`<details>
          <summary class="dim">
            ${step + 1}, on ${typed[step]?.host ?? ''}:
            <code>${typed[step]?.command ?? ''}</code> (exit code ${exitCode ?? 0}, ${duration(ms)})
          </summary>
          <pre>${output}</pre>
        </details>`,
    )}`;
}

function idOf({ result, kernel, backend }: ReportedTrial): string {
  return `${result.id}-${kernel}-${backend}`;
}
