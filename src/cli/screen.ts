// SPDX-License-Identifier: GPL-2.0-only
import type { Failure } from '../model/failure.js';
import { failureText } from '../ui/failure-text.js';
import { jsonReporter } from '../ui/json.js';
import { plainReporter } from '../ui/plain.js';
import type { Reporter } from '../ui/reporter.js';
import type { BuildOptions } from './build-options.js';

/** Writes a line to standard output. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Shows a failure on standard error. */
export function writeFailure(failure: Failure, step?: string): void {
  process.stderr.write(`${failureText(failure, step)}\n`);
}

/** The reporter for these options: JSON, live rows on a terminal, plain lines anywhere else. */
export async function openReporter(
  options: Pick<BuildOptions, 'json' | 'plain' | 'verbose'>,
): Promise<Reporter> {
  if (options.json) return jsonReporter(writeLine);
  if (options.plain || !process.stdout.isTTY) return plainReporter(writeLine, options.verbose);
  const { liveReporter } = await import('../ui/live.js');
  return liveReporter();
}
