// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { readJson } from '../host/files.js';
import type { Failure } from '../model/failure.js';
import type { Report } from '../model/report.js';
import type { ChoiceOptions } from './build-options.js';
import { shellCommand } from './reproducer.js';

/** A compile's failure with the command that opens a shell at it; any other failure as it is. */
export function withShellHint(
  failure: Failure,
  report: Pick<Report, 'steps'>,
  options: ChoiceOptions,
): Failure {
  if (failure.reason !== 'command-failed' || failedCompile(report) === undefined) return failure;
  const hint = `stand where it failed: ${shellCommand(options)}`;
  return { ...failure, hints: [...(failure.hints ?? []), hint] };
}

/** The compile that failed in the run that was reported in an output folder, if there is one. */
export async function lastFailedCompile(out: string): Promise<string | undefined> {
  const report = await readJson(join(out, 'report.json'));
  const steps = (report as Partial<Report> | undefined)?.steps;
  return Array.isArray(steps) ? failedCompile({ steps: steps as Report['steps'] }) : undefined;
}

function failedCompile({ steps }: Pick<Report, 'steps'>): string | undefined {
  return steps.find(({ id, outcome }) => outcome === 'failed' && id.startsWith('compile:'))?.id;
}
