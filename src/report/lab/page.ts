// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import type { LabReport, ReportedHost, ReportedLab } from '../../model/lab-report.js';
import { duration } from '../../model/duration.js';
import { exerciseSection, verdict } from './exercise.js';
import { html, Markup } from './html.js';
import { STYLE } from './style.js';

/** What the page may do: look as it does, and nothing else (W3C, Content Security Policy Level 3). */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The policy's digest is of all that stands in the element, blanks too. */
const SHEET = new Markup(`<style>${STYLE}</style>`);

/**
 * A run of exercises as one page of HTML, which needs no other file, asks for nothing, and runs nothing. All that guests
 * have said is text in it.
 */
export function renderLabPage(report: LabReport): string {
  const title = `l7build lab: ${headline(report)}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${SHEET}
      </head>
      <body>
        <main>
          <h1>${headline(report)}</h1>
          <p class="dim">${about(report)}</p>
          ${failure(report)} ${overview(report)} ${machines(report.labs)}
          ${report.exercises.map((exercise) => exerciseSection(exercise, report))}
          <p class="dim">The same again: <code>${report.reproduce}</code></p>
        </main>
      </body>
    </html>`;
  return `${page.text}\n`;
}

function headline({ trials, withoutRules }: LabReport): string {
  const tried = trials.filter(({ result }) => result.outcome !== 'not-applicable');
  const right = tried.filter((trial) => trial.right).length;
  const words = withoutRules ? 'failed without their rules, as they have to' : 'passed';
  return `${String(right)} of ${String(tried.length)} trials ${words}`;
}

function about({ started, ms, tool, mode }: LabReport): string {
  const when = `${started.slice(0, 16).replace('T', ' ')} UTC`;
  return `${when}, ${duration(ms)} in all; ${tool}, ${mode === 'module' ? 'a distribution’s kernels with the match' : 'patched kernels'}`;
}

function failure({ failure: why }: LabReport): Markup | string {
  if (why === undefined) return '';
  return html`<section class="failure">
    <h2>It went no further</h2>
    <p>${why.message}</p>
    ${why.details === undefined ? '' : html`<pre>${why.details.join('\n')}</pre>`}
  </section>`;
}

/** Exercise × kernel × back end. */
function overview({ exercises, trials }: LabReport): Markup {
  const columns = [
    ...new Map(
      trials.map(({ kernel, backend }) => [`${kernel} ${backend}`, { kernel, backend }]),
    ).values(),
  ];
  const reasons = [
    ...new Set(
      trials.flatMap(({ result: { id, outcome, observed } }) =>
        outcome === 'not-applicable' ? [`${id}: ${observed}`] : [],
      ),
    ),
  ];
  return html`<section class="wide">
    <table>
      <thead>
        <tr>
          <th scope="col">Exercise</th>
          ${columns.map(({ kernel, backend }) => html`<th scope="col">Linux ${kernel}, ${backend}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${exercises.map(
          ({ name }) =>
            html`<tr>
              <th scope="row"><a href="#${name}">${name}</a></th>
              ${columns.map((column) => {
                const trial = trials.find(
                  ({ kernel, backend, result }) =>
                    kernel === column.kernel && backend === column.backend && result.id === name,
                );
                return html`<td>
                  ${trial === undefined ? html`<span class="cell none">not tried</span>` : verdict(trial)}
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
    ${reasons.map((reason) => html`<p class="dim">Not applicable: ${reason}</p>`)}
  </section>`;
}

/** The hosts of each lab, and how right their clocks were. */
function machines(labs: readonly ReportedLab[]): Markup | string {
  if (labs.length === 0) return '';
  return html`<section class="wide">
    <table>
      <thead>
        <tr>
          ${['Lab', 'Host', 'Kernel', 'Addresses', 'Booted in', 'Clock against this machine’s'].map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${labs.map((lab) => lab.hosts.map((host, index) => hostRow(lab, host, index === 0)))}
      </tbody>
    </table>
  </section>`;
}

function hostRow(lab: ReportedLab, host: ReportedHost, first: boolean): Markup {
  const { kernel, accelerator, hosts, topology } = lab;
  const head = html`<th scope="rowgroup" rowspan="${hosts.length}">
    ${topology} with Linux ${kernel}
    <div class="dim">under ${accelerator}, up for ${duration(lab.ms)}</div>
  </th>`;
  const { clock } = host;
  return html`<tr>
    ${first ? head : ''}
    <td>
      ${host.name}
      ${host.complaints.map((line) => html`<div class="bad">its kernel complained: ${line}</div>`)}
    </td>
    <td>
      ${host.kernel}
      <div class="dim">${host.release}, iptables ${host.iptables}</div>
    </td>
    <td>${host.addresses.join(', ')}</td>
    <td class="number">${duration(host.bootMs)}</td>
    ${clockCell(clock)}
  </tr>`;
}

function clockCell(clock: ReportedHost['clock']): Markup {
  if (clock === undefined) return html`<td class="number">–</td>`;
  const { rate, verdict } = clock;
  return html`<td class="number ${verdict === 'right' ? '' : 'bad'}">
    ${(rate * 100).toFixed(2)} %${verdict === 'wrong' ? ': no rate there is to be trusted' : ''}
  </td>`;
}
