// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { writeAtomically } from '../../host/files.js';
import type { ExitCode, Failure } from '../../model/failure.js';
import {
  LAB_REPORT_SCHEMA,
  type LabReport,
  type ReportedLab,
  type ReportedTrial,
} from '../../model/lab-report.js';
import { renderLabJunit } from '../../report/lab/junit.js';
import { renderLabPage } from '../../report/lab/page.js';
import { VERSION } from '../version.js';

type Start = Pick<LabReport, 'mode' | 'withoutRules' | 'exercises' | 'reproduce'>;

/** Collects what a run of exercises comes to, and writes it down in the end. */
export class RunRecord {
  readonly labs: ReportedLab[] = [];
  readonly trials: ReportedTrial[] = [];
  readonly #started = new Date();
  readonly #since = performance.now();

  constructor(private readonly start: Start) {}

  /** The report, as of now. */
  report(exitCode: ExitCode, failure?: Failure): LabReport {
    return {
      schema: LAB_REPORT_SCHEMA,
      tool: `l7build ${VERSION}`,
      mode: this.start.mode,
      withoutRules: this.start.withoutRules,
      started: this.#started.toISOString(),
      ended: new Date().toISOString(),
      ms: Math.round(performance.now() - this.#since),
      exitCode,
      ...(failure === undefined ? {} : { failure }),
      exercises: this.start.exercises,
      labs: this.labs,
      trials: this.trials,
      reproduce: this.start.reproduce,
    };
  }
}

/** Writes all renderings of a report to a folder that is there. */
export async function writeLabReport(report: LabReport, out: string): Promise<void> {
  await writeAtomically(join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeAtomically(join(out, 'junit.xml'), renderLabJunit(report));
  await writeAtomically(join(out, 'report.html'), renderLabPage(report));
}
