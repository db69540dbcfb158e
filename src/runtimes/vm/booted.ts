// SPDX-License-Identifier: GPL-2.0-only
import { appendFile, chmod, mkdtemp, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Argv } from '../../host/exec.js';
import { ensureDirectory, kindOf, removeTree, synced, temporaryName } from '../../host/files.js';
import { sha256 } from '../../host/hash.js';
import { Failed } from '../../model/failure.js';
import { guestArgv, type GuestSpec, type GuestState, type WholeState } from '../../vm/argv.js';
import type { Emulation } from '../../vm/calibrate.js';
import { startGuest, type Guest } from '../../vm/guest.js';
import type { GuestOptions } from '../../vm/guest-options.js';

/** Where QEMU works, a folder of its own, and the file that the console goes to. */
export interface Place {
  readonly folder: string;
  readonly consoleLog: string;
}

/** For all who can enter the store: of the machine's memory nothing is anybody's yet. */
const READABLE = 0o644;

/** A machine of the builder's. */
export interface BuilderMachine {
  readonly spec: Omit<GuestSpec, 'ports' | 'consoleLog' | 'state'>;
  readonly options: Omit<GuestOptions, 'cwd' | 'wrap'>;
  /** Puts a jail around QEMU. */
  readonly wrap: (argv: Argv, place: Place) => Argv;
}

/**
 * Starts a machine in which /init (guest/builder/init) has been, and no device of virtio was looked at. The first
 * of its kind boots and is saved; that one, and those that follow, go on from there.
 *
 * @param states folder where a kind's state is kept, as a folder that is called by the kind's digest
 * @param emulation what runs it, as part of the kind
 * @throws Failed as startGuest; `command-failed` with QEMU's words, `no-space` when it cannot be saved
 */
export async function startBooted(
  machine: BuilderMachine,
  place: Place,
  states: string,
  emulation: Emulation,
): Promise<Guest> {
  const saved = join(states, `${kindOfMachine(machine.spec, emulation)}.state`);
  if (!(await isWhole(saved))) await save(machine, saved);
  try {
    return await start(machine, place, { to: 'return', ...stateIn(saved) });
  } catch (error) {
    if (!(error instanceof Failed) || !error.failure.reason.startsWith('guest-')) throw error;
    // Whatever happened to it, it is of no use.
    await removeTree(saved);
    return start(machine, place, { to: 'stay' });
  }
}

function stateIn(saved: string): WholeState {
  return { whole: join(saved, 'machine'), console: join(saved, 'console') };
}

/** False too for what somebody was about to remove. */
async function isWhole(saved: string): Promise<boolean> {
  const kinds = await Promise.all(Object.values(stateIn(saved)).map(kindOf));
  return kinds.every((kind) => kind === 'file');
}

/** A digest of what machines that go on from one state have in common: all but what is at the host's end of a device. */
function kindOfMachine(spec: BuilderMachine['spec'], emulation: Emulation): string {
  const { disks = [], shares = [] } = spec;
  const alike = {
    ...spec,
    ...{ ports: '', consoleLog: '' },
    disks: disks.map(() => ''),
    shares: shares.map((share) => ({ ...share, path: '' })),
  };
  return sha256(JSON.stringify([emulation, guestArgv(alike)]));
}

function start(
  { spec, options, wrap }: BuilderMachine,
  place: Place,
  state: GuestState,
): Promise<Guest> {
  const { folder, consoleLog } = place;
  // A second trial needs ports of its own.
  const ports = join(folder, state.to);
  return startGuest(
    { ...spec, consoleLog, ports, state },
    { ...options, cwd: folder, wrap: (argv) => wrap(argv, place) },
  );
}

/** Boots one and saves it: the folder of that name is there when all of it is, be it over a power cut. */
async function save(machine: BuilderMachine, saved: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'l7build-vm-'));
  const part = temporaryName(saved);
  try {
    await ensureDirectory(part);
    await bootAndWrite(machine, folder, stateIn(part));
    await removeTree(saved);
    await rename(part, saved);
  } catch (error) {
    // Another run may have been first: what it made is as good.
    if (!(await isWhole(saved))) throw error;
  } finally {
    await Promise.all([folder, part].map(removeTree));
  }
}

async function bootAndWrite(
  machine: BuilderMachine,
  folder: string,
  state: WholeState,
): Promise<void> {
  const place = { folder, consoleLog: join(folder, 'said') };
  await appendFile(place.consoleLog, '');
  const guest = await start(machine, place, { to: 'stay' });
  try {
    await guest.pause();
    await guest.write(state);
  } finally {
    await guest.kill();
  }
  await chmod(state.whole, READABLE);
  await synced(state.whole);
}
