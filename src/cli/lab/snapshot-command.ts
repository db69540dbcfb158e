// SPDX-License-Identifier: GPL-2.0-only
import { InvalidArgumentError, type Command } from 'commander';
import { isLabel, LABEL_RULE } from '../../lab/hand-snapshots.js';
import { storeRoot } from '../paths.js';
import type { Shell } from '../shell.js';
import { listSnapshots, removeSnapshot, restoreSnapshot, saveSnapshot } from './snapshots.js';
import { withName, type Which } from './which.js';

const HELP = `
Saved are memory, processor and devices of all hosts, at one moment: files, rules, connections, running programs. The hosts
stand still for that, a few seconds, and go on. Snapshots are part of the lab, and gone when it is taken down.

Examples:
  l7build lab snapshot save before-rules
  l7build lab exec node1 -- iptables -P INPUT DROP
  l7build lab snapshot restore before-rules
  l7build lab snapshot list
  l7build lab snapshot remove before-rules`;

/** Does something with a label. */
type Act = typeof saveSnapshot;

/** `l7build lab snapshot save|restore|list|remove` */
export function addSnapshot(lab: Command, shell: Shell): void {
  const snapshot = lab
    .command('snapshot')
    .description('save the hosts of a lab as they are, and go back to that')
    .addHelpText('after', HELP);
  const add = (name: string, description: string, act: Act): void => {
    withName(snapshot.command(name))
      .argument('<label>', 'such as before-rules', label)
      .description(description)
      .action(async (text: string, options: Which) => {
        shell.end(await act(storeRoot(process.env), text, options, shell.signal));
      });
  };
  add('save', 'save all hosts, which go on', saveSnapshot);
  add(
    'restore',
    'put all hosts back to where they were saved; what runs there ends',
    restoreSnapshot,
  );
  withName(snapshot.command('list', { isDefault: true }))
    .description('what has been saved')
    .option('--json', 'as JSON', false)
    .action(async (options: Which & { readonly json: boolean }) => {
      shell.end(await listSnapshots(storeRoot(process.env), options, shell.signal));
    });
  add('remove', 'remove a snapshot', removeSnapshot);
}

function label(value: string): string {
  if (isLabel(value)) return value;
  throw new InvalidArgumentError(`It has to be ${LABEL_RULE}.`);
}
