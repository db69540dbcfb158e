// SPDX-License-Identifier: GPL-2.0-only
import { appendFile, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Argv } from '../../host/exec.js';
import { removeTree } from '../../host/files.js';
import { sha256 } from '../../host/hash.js';
import { errorCode } from '../../host/space.js';
import { Failed, type FailureReason } from '../../model/failure.js';
import { guestArgv, type GuestSpec, type GuestState, type WholeState } from '../../vm/argv.js';
import type { Emulation } from '../../vm/calibrate.js';
import { complaintOf } from '../../vm/complaints.js';
import { startGuest, type Guest } from '../../vm/guest.js';
import type { GuestOptions } from '../../vm/guest-options.js';
import { SavedState } from './saved-state.js';

/** Raised by hand when what a machine has been through before it is saved changes, other than by its files. */
const REVISION = 1;
/** Failures that no other way of starting a machine would be spared. */
const FINAL: ReadonlySet<FailureReason> = new Set(['interrupted', 'host-lacks']);

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
  /** Kinds of which none went on. */
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
    const kind = kindOfMachine(machine.spec, this.emulation);
    const guest = this.#useless.has(kind) ? undefined : await this.#goOn(machine, place, kind);
    return guest ?? start(machine, place, { to: 'stay' });
  }

  /** Starts one that goes on from what is saved; undefined where that cannot be. */
  async #goOn(machine: BuilderMachine, place: Place, kind: string): Promise<Guest | undefined> {
    const saved = new SavedState(join(this.folder, `${kind}.state`));
    const { signal } = machine.options;
    let tried: string | undefined;
    try {
      await saved.ensure((files) => bootAndWrite(machine, files), signal);
      tried = await saved.identity();
      const guest = await start(machine, place, { to: 'return', ...saved.files });
      await saved.noteUse();
      return guest;
    } catch (error) {
      if (signal.aborted || !isSpared(error)) throw error;
      this.#useless.add(kind);
      await tell(error, place);
      if (tried !== undefined) await saved.drop(tried);
      return undefined;
    }
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

/** Boots one, and writes it to files. @throws Failed `guest-oops` too where its kernel complained, as would all that go on from it */
async function bootAndWrite(machine: BuilderMachine, files: WholeState): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'l7build-vm-'));
  try {
    const place = { folder, consoleLog: join(folder, 'said') };
    await appendFile(place.consoleLog, '');
    const guest = await start(machine, place, { to: 'stay' });
    try {
      await guest.pause();
      await guest.write(files);
    } finally {
      await guest.kill();
    }
  } finally {
    await removeTree(folder);
  }
  const said = await readFile(files.console, 'utf8');
  const complaint = said.split('\n').find((line) => complaintOf(line) !== undefined);
  if (complaint !== undefined) {
    throw new Failed({ reason: 'guest-oops', message: `the kernel said: ${complaint}` });
  }
}

/** True for what a machine that boots need not meet: a system error of the store's, or how saving or going on failed. */
function isSpared(error: unknown): boolean {
  if (error instanceof Failed) return !FINAL.has(error.failure.reason);
  return errorCode(error) !== undefined;
}

/** Says in the log why a machine boots, if the log takes it. */
async function tell(error: unknown, { consoleLog }: Place): Promise<void> {
  const { message, details = [] } =
    error instanceof Failed ? error.failure : { message: String(error) };
  const lines = [`l7build: no machine goes on from a saved one: ${message}`, ...details];
  await appendFile(consoleLog, lines.map((line) => `${line}\n`).join('')).catch(() => undefined);
}
