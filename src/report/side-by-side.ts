// SPDX-License-Identifier: GPL-2.0-only
import type { Report } from '../model/report.js';
import { markdownTable } from './markdown-table.js';

/** Finished runs as a table in Markdown, a row each: what was built of what, and what the guest said. */
export function renderSideBySide(reports: readonly Report[]): string {
  const backends = [...new Set(reports.flatMap(({ checks }) => checks.map(backendOf)))];
  const rows = reports.map((report) => [
    kernelOf(report),
    report.recipe.mode,
    compilerOf(report),
    report.recipe.iptables,
    ...backends.map((backend) => passedOf(report, backend)),
    report.exitCode === 0 && report.checks.length > 0 ? 'verified' : 'not verified',
  ]);
  const head = ['Linux', 'mode', 'compiler', 'iptables', ...backends, ''];
  return `${markdownTable(head, rows).join('\n')}\n`;
}

/** The release that booted, with the recipe where that does not say it: several may be of one release. */
function kernelOf({ guest, recipe: { kernel } }: Report): string {
  if (guest === undefined) return kernel;
  return guest.release.startsWith(kernel) ? guest.release : `${guest.release} (${kernel})`;
}

/** A variant's first word; see CheckResult. */
function backendOf({ variant }: Report['checks'][number]): string {
  return variant.split(',', 1)[0] ?? variant;
}

function passedOf({ checks }: Report, backend: string): string {
  const applicable = checks.filter(
    (check) => backendOf(check) === backend && check.outcome !== 'not-applicable',
  );
  const passed = applicable.filter(({ outcome }) => outcome === 'passed');
  return applicable.length === 0
    ? ''
    : `${String(passed.length)} of ${String(applicable.length)} checks`;
}

/** gcc's name and version, of the words of `gcc --version`. */
function compilerOf({ builder }: Report): string {
  const version = /\) (\d+\.\d+\.\d+)/.exec(builder.toolchain['gcc'] ?? '')?.[1];
  return version === undefined ? '' : `gcc ${version}`;
}
