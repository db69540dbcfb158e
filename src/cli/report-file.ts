// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { readJson } from '../host/files.js';
import { REPORT_SCHEMA, type Report } from '../model/report.js';

/** The report in an output folder; undefined if there is none, or one of another schema. */
export async function readReport(out: string): Promise<Report | undefined> {
  const report = (await readJson(join(out, 'report.json'))) as Report | undefined;
  return report?.schema === REPORT_SCHEMA ? report : undefined;
}
