// SPDX-License-Identifier: GPL-2.0-only
import { findLabs, takeDown } from '../../lab/client.js';
import { EXIT, type ExitCode } from '../../model/failure.js';
import { writeLine } from '../screen.js';
import { noLab, whichLab, type Which } from './which.js';

/** Takes a lab down, or all of them. That there is none is as good. */
export async function down(
  store: string,
  { all, ...which }: Which & { readonly all: boolean },
  signal: AbortSignal,
): Promise<ExitCode> {
  const labs = await findLabs(store);
  const meant = labs.filter(({ name }) => which.name === undefined || name === which.name);
  if (meant.length === 0) {
    writeLine(noLab(which));
    return EXIT.verified;
  }
  for (const lab of all ? meant : [await whichLab(store, which)]) {
    await takeDown(store, lab, signal);
    writeLine(`The lab ${lab.name} is down.`);
  }
  return EXIT.verified;
}
