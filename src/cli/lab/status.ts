// SPDX-License-Identifier: GPL-2.0-only
import { findLabs, statusOf, type Found } from '../../lab/client.js';
import type { LabStatus } from '../../lab/messages.js';
import { EXIT, Failed, type ExitCode, type Failure } from '../../model/failure.js';
import { writeFailure, writeLine } from '../screen.js';
import { isWell, statusLines } from './status-text.js';
import { noLab, type Which } from './which.js';

type Seen = Found & { readonly status?: LabStatus; readonly failure?: Failure };

/** Tells of all labs, or of one. @returns 4 if a host, or a whole lab, is of no use any more */
export async function status(
  store: string,
  { json, ...which }: Which & { readonly json: boolean },
  signal: AbortSignal,
): Promise<ExitCode> {
  const labs = (await findLabs(store)).filter(
    (lab) => which.name === undefined || lab.name === which.name,
  );
  const seen = await Promise.all(labs.map((lab) => look(store, lab, signal)));
  if (json) writeLine(JSON.stringify(seen, null, 2));
  else show(seen, which);
  const well = seen.every((lab) => lab.status !== undefined && isWell(lab.status));
  return well ? EXIT.verified : EXIT.checkFailed;
}

async function look(store: string, lab: Found, signal: AbortSignal): Promise<Seen> {
  try {
    return { ...lab, status: await statusOf(store, lab.name, signal) };
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return { ...lab, failure: error.failure };
  }
}

function show(seen: readonly Seen[], which: Which): void {
  if (seen.length === 0) writeLine(noLab(which));
  for (const lab of seen) {
    if (lab.failure !== undefined) writeFailure(lab.failure);
    if (lab.status === undefined) continue;
    const { topology = '', since = '' } = lab.record ?? {};
    writeLine(`lab ${lab.name} of topology ${topology}, since ${since.slice(0, 19)}Z`);
    for (const line of statusLines(lab.status)) writeLine(line);
  }
}
