// SPDX-License-Identifier: GPL-2.0-only
import { ccacheWords } from '../model/ccache.js';
import type { Report, ReportedInput } from '../model/report.js';
import { headOf, matricesOf, rowsOf } from './matrix.js';
import { markdownTable } from './markdown-table.js';

/** The run as a page for people: verdict, checks, inputs, steps, patches, what was delivered. */
export function renderMarkdown(report: Report): string {
  const { recipe, guest, failure } = report;
  const lines = [
    `# linux ${recipe.kernel} (${recipe.mode}) with iptables ${recipe.iptables}: ${verdict(report)}`,
    '',
    ...(failure === undefined ? [] : [failure.message, '', ...quoted(failure.details ?? []), '']),
    `- started ${report.started}${report.ended === undefined ? '' : `, ended ${report.ended}`}`,
    `- builder ${report.builder.name}: ${report.builder.confinement.how}`,
    ...(report.ccache ?? []).map((use) => `- ${use.step}: ${ccacheWords(use)}`),
    ...(guest === undefined
      ? []
      : [
          `- guest ${guest.release} under ${guest.accelerator} (${guest.why}), up in ${seconds(guest.bootMs)}, all checks done after ${seconds(guest.verdictMs)}`,
        ]),
    `- the same again: \`${report.reproduce}\``,
    '',
    ...table(
      'Checks in the guest',
      ['claim', 'variant', 'outcome', 'observed'],
      report.checks.map((check) => [check.title, check.variant, check.outcome, check.observed]),
    ),
    ...matricesOf(report.checks).flatMap((matrix) =>
      table(`Told as (${matrix.variants.join('; ')})`, headOf(matrix), rowsOf(matrix)),
    ),
    ...table(
      'Inputs',
      ['source', 'file', 'version', 'sha256', 'from', 'pinned'],
      report.inputs.map((input) => [
        input.source,
        input.name,
        input.version ?? '',
        input.sha256,
        input.from,
        pinText(input),
      ]),
    ),
    ...table(
      'Steps',
      ['step', 'outcome', 'time'],
      report.steps.map((step) => [
        step.title,
        step.outcome,
        step.ms === undefined ? '' : seconds(step.ms),
      ]),
    ),
    ...table(
      "Compiler's warnings",
      ['step', 'warning'],
      (report.warnings ?? []).map(({ step, text }) => [step, text]),
    ),
    ...table(
      'Patches',
      ['series', 'patch', 'outcome', 'offset', 'fuzz'],
      report.patches.map((line) => [
        line.series,
        line.patch,
        line.outcome,
        String(line.offset),
        String(line.fuzz),
      ]),
    ),
    ...table(
      'Delivered',
      ['file', 'bytes', 'sha256'],
      report.artifacts.map((artifact) => [artifact.name, String(artifact.size), artifact.sha256]),
    ),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function pinText({ pinned, signedBy }: ReportedInput): string {
  if (!pinned) return '**no**';
  return signedBy === undefined ? 'yes' : `yes, and signed by ${signedBy.fingerprint}`;
}

function verdict(report: Report): string {
  if (report.exitCode === undefined) return 'running';
  if (report.exitCode === 0) return report.checks.length > 0 ? 'verified' : 'built, not verified';
  return `failed (exit code ${String(report.exitCode)})`;
}

function table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  return rows.length === 0 ? [] : [`## ${title}`, '', ...markdownTable(head, rows), ''];
}

function quoted(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
