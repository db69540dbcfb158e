// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { findLabs, type Found } from '../../lab/client.js';
import { Failed } from '../../model/failure.js';

/** Which lab a command is about. */
export interface Which {
  /** Left out where there is only one. */
  readonly name?: string;
}

export function withName(command: Command): Command {
  return command.option('--name <name>', 'which lab, where there is more than one');
}

/** The lab that is meant. @throws Failed `usage` when there is none, or more than one */
export async function whichLab(store: string, { name }: Which): Promise<Found> {
  const labs = await findLabs(store);
  const names = labs.map((lab) => lab.name).join(', ');
  const [first, second] = name === undefined ? labs : labs.filter((lab) => lab.name === name);
  if (first !== undefined && second === undefined) return first;
  if (labs.length === 0) throw none('no lab is up', 'bring one up: l7build lab up');
  if (name === undefined) throw none('there is more than one lab', `say which: --name ${names}`);
  throw none(`there is no lab ${name}`, `there is: ${names}`);
}

/** That there is no such lab, where that is no fault. */
export function noLab({ name }: Which): string {
  return name === undefined ? 'No lab is up.' : `There is no lab ${name}.`;
}

function none(message: string, hint: string): Failed {
  return new Failed({ reason: 'usage', message, hints: [hint] });
}
