// SPDX-License-Identifier: GPL-2.0-only
import { appendFile, chmod, mkdtemp, rename, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Argv } from '../../host/exec.js';
import { ensureDirectory, kindOf, removeTree, synced, temporaryName } from '../../host/files.js';
import { sha256 } from '../../host/hash.js';
import { withLock } from '../../host/lock.js';
import { Failed } from '../../model/failure.js';
import { guestArgv, type GuestSpec, type GuestState, type WholeState } from '../../vm/argv.js';
import type { Emulation } from '../../vm/calibrate.js';
import { startGuest, type Guest } from '../../vm/guest.js';
import type { GuestOptions } from '../../vm/guest-options.js';

/** Raised by hand when what a machine has been through before it is saved changes, other than by its files. */
const REVISION = 1;
/** For all who can enter the store, as the rest of it. */
const READABLE = 0o644;
/** Failures that no other way of starting a machine would be spared. */
const FINAL: ReadonlySet<string> = new Set(['interrupted', 'host-lacks']);

/** Where QEMU works, a folder of its own, and the file that the console goes to. */
export interface Place {
  readonly folder: string;
  readonly consoleLog: string;
}

/** A machine of the builder's. */
export interface BuilderMachine {
  readonly spec: Omit<GuestSpec, 'ports' | 'consoleLog' | 'state'>;
  readonly options: Omit<GuestOptions, 'cwd' | 'wrap'>;
  /** Puts a jail around QEMU. */
  readonly wrap: (argv: Argv, place: Place) => Argv;
}

/**
 * Machines in which /init (guest/builder/init) has been, and whose kernel has not looked at a device of virtio. One of
 * each kind boots and is saved, and all go on from there.
 */
export class BootedMachines {
  /** Kinds of which none went on, by the folders of their states. */
  readonly #useless = new Set<string>();

  /**
   * @param folder where states are kept: DIGEST.state, of the kind's digest
   * @param emulation what runs them, as part of the kind
   */
  constructor(
    private readonly folder: string,
    private readonly emulation: Emulation,
  ) {}

  /**
   * Starts one. It boots where none can be saved, or none goes on, which is told in its log.
   *
   * @throws Failed as startGuest
   */
  async start(machine: BuilderMachine, place: Place): Promise<Guest> {
    const saved = join(this.folder, `${kindOfMachine(machine.spec, this.emulation)}.state`);
    if (!this.#useless.has(saved)) {
      try {
        await ensureSaved(machine, saved);
        const guest = await start(machine, place, { to: 'return', ...stateIn(saved) });
        await noteUse(saved);
        return guest;
      } catch (error) {
        if (!(error instanceof Failed) || FINAL.has(error.failure.reason)) throw error;
        this.#useless.add(saved);
        const why = error.failure.message;
        await appendFile(
          place.consoleLog,
          `l7build: no machine goes on from a saved one: ${why}\n`,
        );
        await drop(saved);
      }
    }
    return start(machine, place, { to: 'stay' });
  }
}

/** A digest of what machines that go on from one state have in common: all but what is at the host's end of a device. */
function kindOfMachine(spec: BuilderMachine['spec'], emulation: Emulation): string {
  const { disks = [], shares = [] } = spec;
  const alike = guestArgv({
    ...spec,
    ...{ ports: '', consoleLog: '', state: { to: 'stay' } },
    disks: disks.map(() => ''),
    shares: shares.map((share) => ({ ...share, path: '' })),
  });
  return sha256(JSON.stringify([REVISION, emulation, alike]));
}

function stateIn(saved: string): WholeState {
  return { whole: join(saved, 'machine'), console: join(saved, 'console') };
}

/** False too for what somebody was about to remove. */
async function isWhole(saved: string): Promise<boolean> {
  const kinds = await Promise.all(Object.values(stateIn(saved)).map(kindOf));
  return kinds.every((kind) => kind === 'file');
}

function lockOf(saved: string): string {
  return `${saved}.lock`;
}

async function ensureSaved(machine: BuilderMachine, saved: string): Promise<void> {
  if (await isWhole(saved)) return;
  const make = async (): Promise<void> => {
    if (!(await isWhole(saved))) await save(machine, saved);
  };
  await withLock(lockOf(saved), make, { signal: machine.options.signal });
}

/** What was not used for the longest time goes first when the store gets smaller. */
async function noteUse(saved: string): Promise<void> {
  const now = new Date();
  // Another user's store is only read.
  await utimes(saved, now, now).catch(() => undefined);
}

/** So that a later run makes it anew, be it the state that is damaged. */
async function drop(saved: string): Promise<void> {
  // Who cannot lock it cannot remove it, either.
  await withLock(lockOf(saved), () => removeTree(saved)).catch((error: unknown) => {
    if (!(error instanceof Failed)) throw error;
  });
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
    // All that go on from it would complain of the same.
    const complaint = guest.complaints[0];
    if (complaint !== undefined) {
      throw new Failed({ reason: 'guest-oops', message: `its kernel said: ${complaint.line}` });
    }
  } finally {
    await guest.kill();
  }
  await chmod(state.whole, READABLE);
  await Promise.all(Object.values(state).map(synced));
}
