// SPDX-License-Identifier: GPL-2.0-only
import { writeFile } from 'node:fs/promises';
import { exec, type Argv } from '../host/exec.js';
import type { FilePatch, Hunk } from './file-patch.js';

/** What GNU patch said of one hunk. */
export interface HunkReport {
  readonly applied: boolean;
  /** Lines that it was shifted by from where the patch, and the hunks before it, put it. */
  readonly offset: number;
  /** Context lines that were left unregarded at its ends. */
  readonly fuzz: number;
}

export interface PatchRun {
  /** File with the old content. */
  readonly from: string;
  /** File that gets the new content. */
  readonly to: string;
  /** File that is written to hold the hunks. */
  readonly hunks: string;
  readonly fuzz: number;
  readonly reverse: boolean;
  readonly signal?: AbortSignal;
}

/**
 * argv of patch(1) for one file. `--force` asks nothing and takes no patch for a reversed one, which
 * `--batch` would do by itself; `--unified` keeps it from taking anything for an ed script.
 */
export function patchArgv(run: PatchRun): Argv {
  return [
    'patch',
    '--force',
    '--unified',
    '--verbose',
    '--binary',
    '--no-backup-if-mismatch',
    '--reject-file=-',
    `--fuzz=${String(run.fuzz)}`,
    ...(run.reverse ? ['--reverse'] : []),
    `--output=${run.to}`,
    `--input=${run.hunks}`,
    '--',
    run.from,
  ];
}

/**
 * Applies the hunks of one file with GNU patch.
 *
 * @returns one report per hunk, in their order
 * @throws Failed `host-lacks` without patch(1), `command-failed` for any trouble but rejected hunks
 */
export async function runPatch(change: FilePatch, run: PatchRun): Promise<HunkReport[]> {
  await writeFile(run.hunks, patchText(change), 'latin1');
  const { stdout } = await exec(patchArgv(run), {
    accept: [0, 1],
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    ...(run.signal === undefined ? {} : { signal: run.signal }),
  });
  const reports = parseReport(stdout);
  if (reports.length === change.hunks.length) return reports;
  throw new Error(`patch(1) reported ${String(reports.length)} hunks:\n${stdout}`);
}

/** A patch with nothing in it but this file's hunks: its names are only labels, `--` names the file. */
function patchText({ path, hunks }: FilePatch): string {
  return [`--- a/${path}`, `+++ b/${path}`, ...hunks.flatMap(hunkLines), ''].join('\n');
}

/** The hunk with its counts made from its body. */
export function hunkLines({ oldStart, newStart, body }: Hunk): string[] {
  const count = (marks: string): string =>
    String(body.filter((line) => marks.includes(line.charAt(0))).length);
  const header = `@@ -${String(oldStart)},${count(' -')} +${String(newStart)},${count(' +')} @@`;
  return [header, ...body];
}

/** `Hunk #2 succeeded at 1405 with fuzz 1 (offset -3 lines).` (GNU patch 2.5 to 2.7, C locale) */
const HUNK_LINE =
  /^Hunk #\d+ (succeeded|FAILED) at \d+(?: \(different line endings\))?(?: with fuzz (\d+))?(?: \(offset (-?\d+) lines?\))?/;

/** Reads what patch(1) printed with `--verbose`. */
export function parseReport(stdout: string): HunkReport[] {
  return stdout.split('\n').flatMap((line) => {
    const [, outcome, fuzz = '0', offset = '0'] = HUNK_LINE.exec(line) ?? [];
    if (outcome === undefined) return [];
    return [{ applied: outcome === 'succeeded', offset: Number(offset), fuzz: Number(fuzz) }];
  });
}
