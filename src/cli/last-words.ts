// SPDX-License-Identifier: GPL-2.0-only
import { relative } from 'node:path';
import { EXIT } from '../model/failure.js';
import type { Report } from '../model/report.js';
import { duration } from '../model/duration.js';
import type { BuildOptions } from './build-options.js';
import { writeFailure, writeLine } from './screen.js';

/** The end of a run for people: what was verified, where it lies, the command to try next. */
export function lastWords(report: Report, out: string, options: Pick<BuildOptions, 'json'>): void {
  if (report.failure !== undefined) {
    // Of several sources that could not be brought the failure says itself which they are.
    const [failed, ...others] = report.steps.filter((step) => step.outcome === 'failed');
    writeFailure(report.failure, others.length === 0 ? failed?.title : undefined);
  }
  if (!options.json) writeLine(closing(report, shortest(out)));
}

function closing(report: Report, out: string): string {
  const { recipe, guest, checks } = report;
  const took = duration(Date.parse(report.ended ?? report.started) - Date.parse(report.started));
  if (report.exitCode !== EXIT.verified) {
    return `Not verified after ${took}. Report: ${out}/report.md`;
  }
  if (guest === undefined) {
    return `Built linux ${recipe.kernel} in ${took}, not verified: ${out}. Next: l7build verify ${out}`;
  }
  const passed = checks.filter((check) => check.outcome === 'passed').length;
  return (
    `Verified in ${took}: linux ${guest.release} with iptables ${recipe.iptables} told layer7 protocols ` +
    `apart in a guest (${String(passed)} checks passed).\n` +
    `All of it: ${out}. Next: less ${out}/report.md`
  );
}

/** The path as a person would type it from here. */
export function shortest(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
