// SPDX-License-Identifier: GPL-2.0-only
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT, Failed } from '../model/failure.js';
import type { Report } from '../model/report.js';
import { renderSideBySide } from '../report/side-by-side.js';
import { readReport } from './report-file.js';
import { writeLine } from './screen.js';
import type { Shell } from './shell.js';

/** `l7build report OUT...` */
export function addReport(program: Command, shell: Shell): void {
  program
    .command('report')
    .argument('<out...>', 'output folders of builds')
    .description('several builds side by side, as a table in Markdown')
    .addHelpText('after', '\nExample:\n  l7build report out/5.10 out/6.1 out/6.12 >>NOTES.md')
    .action(async (folders: readonly string[]) => {
      const reports = await Promise.all(folders.map(reportOf));
      writeLine(renderSideBySide(reports).trimEnd());
      shell.end(EXIT.verified);
    });
}

async function reportOf(folder: string): Promise<Report> {
  const report = await readReport(resolve(folder));
  if (report !== undefined) return report;
  throw new Failed({
    reason: 'usage',
    message: `${folder} is not the output folder of a build`,
    hints: ['it has a report.json; build one: l7build --kernel 6.1'],
  });
}
