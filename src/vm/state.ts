// SPDX-License-Identifier: GPL-2.0-only
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exec } from '../host/exec.js';
import { openNameless } from '../host/files.js';
import { receiveLocally, sendLocally } from '../host/local-socket.js';
import { Failed } from '../model/failure.js';
import { goesOnFrom, isFiled, MONITOR, type GuestState } from './argv.js';
import { Qmp } from './qmp.js';
import { SerialPort } from './serial.js';

/*
 * QEMU hands a guest over to another QEMU, which here starts later: a migration (docs/devel/migration.rst of
 * QEMU). Memory that is in a file of its own, which is shared with it, is not sent.
 */
function memoryIs(sent: boolean): Record<string, unknown> {
  return { capabilities: [{ capability: 'x-ignore-shared', state: !sent }] };
}
/** Bytes a second: as fast as it goes, and not as a network would be spared. */
const FAST = { 'max-bandwidth': 2 ** 40 } as const;
/** A card that moves tells the network by frames of its own, which nobody here is to see or count. */
const QUIET = { 'announce-rounds': 0 } as const;

/** What QEMU calls a migration that goes no further, and one that was never begun. */
const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);
const NONE: ReadonlySet<string> = new Set(['', 'none']);
/** Milliseconds between two looks at how far it is. */
const LOOK_MS = 5;

/** What it takes for a guest to be saved, or to go on where it was: QEMU's monitor, and maybe a file for its memory. */
export class StateKeeper {
  #memory: FileHandle | undefined;
  #port: SerialPort | undefined;
  #opened: Promise<void> | undefined;
  readonly #qmp = new Qmp((text) => this.#port?.send(text) ?? Promise.resolve());

  constructor(private readonly state: GuestState) {}

  /**
   * To be called before QEMU is started. Of the memory's file nothing is left when this program ends.
   *
   * @param ports folder of the guest's ports
   * @returns the monitor's, to be closed by the caller
   * @throws system errors, where the workplace's file system has no files without a name
   */
  async open(ports: string): Promise<SerialPort> {
    const { state } = this;
    if (state.to === 'save') this.#memory = await openNameless(state.workplace);
    this.#port = await SerialPort.open(join(ports, MONITOR), {
      onLine: (line) => {
        this.#qmp.receive(line);
      },
    });
    return this.#port;
  }

  /** Path of the file that the guest's memory is in while it runs, where that is not its state's. */
  get memory(): string | undefined {
    if (this.#memory === undefined) return undefined;
    return `/proc/${String(process.pid)}/fd/${String(this.#memory.fd)}`;
  }

  /** Ends what is waited for, now and later, with this failure. */
  fail(error: Failed): void {
    this.#qmp.fail(error);
  }

  /**
   * Writes the state of one that was started for this to its files, which must not be there. The guest stands still then.
   *
   * @param folder that QEMU works in, where a unix socket is made for both to meet at
   * @throws Failed `command-failed` with QEMU's words, `no-space`; what was given to `fail`
   */
  async save(folder: string): Promise<void> {
    const { state, memory } = this;
    if (!isFiled(state) || memory === undefined) throw new Error('it was not started to be saved');
    await this.#ready(false);
    await this.#send(folder, state.devices);
    // What was never written to takes no room there, either.
    await exec(['cp', '--sparse=always', '--', memory, state.memory]);
  }

  /** Has the guest stand still, until `goOn`. @throws as `save` */
  async pause(): Promise<void> {
    await this.#open();
    await this.#qmp.execute('stop');
  }

  /** @throws as `save` */
  async goOn(): Promise<void> {
    await this.#qmp.execute('cont');
  }

  /**
   * Writes all of a guest that stands still, its memory too, to a file, which must not be there. It goes on standing still.
   *
   * @param folder as for `save`
   * @throws as `save`; then QEMU is done with it as well
   */
  async write(folder: string, whole: string): Promise<void> {
    await this.#ready(true);
    await this.#qmp.execute('migrate-set-parameters', FAST);
    try {
      await this.#send(folder, whole);
    } catch (error) {
      await this.#cancel().catch(() => undefined);
      throw error;
    }
  }

  /**
   * Gives a QEMU that waits for it what `save` has written, with which its guest goes on.
   *
   * @throws as `save`, and system errors of a file that cannot be read; a QEMU that makes nothing of it ends
   */
  async load(folder: string): Promise<void> {
    const state = goesOnFrom(this.state);
    if (state === undefined) throw new Error('there is nothing that it could go on from');
    const file = isFiled(state) ? state.devices : state.whole;
    await this.#ready(!isFiled(state));
    await this.#qmp.execute('migrate-set-parameters', QUIET);
    await this.#qmp.execute('migrate-incoming', { uri: `unix:${socketFor(file)}` });
    await sendLocally(folder, socketFor(file), file);
    await this.#completed();
    // It stood still when it was written.
    if (!isFiled(state)) await this.goOn();
  }

  async close(): Promise<void> {
    await this.#memory?.close();
    this.#memory = undefined;
  }

  #open(): Promise<void> {
    this.#opened ??= this.#qmp.open();
    return this.#opened;
  }

  async #ready(memorySent: boolean): Promise<void> {
    await this.#open();
    await this.#qmp.execute('migrate-set-capabilities', memoryIs(memorySent));
  }

  /** Has QEMU send the guest to a file. */
  async #send(folder: string, file: string): Promise<void> {
    const socket = socketFor(file);
    await receiveLocally(folder, socket, file, async () => {
      await this.#qmp.execute('migrate', { uri: `unix:${socket}` });
      await this.#completed();
    });
  }

  /** Until a migration has come to its end the guest cannot go on. */
  async #cancel(): Promise<void> {
    await this.#qmp.execute('migrate_cancel');
    for (;;) {
      const status = await this.#status();
      if (ENDED.has(status) || NONE.has(status)) return;
      await delay(LOOK_MS);
    }
  }

  async #completed(): Promise<void> {
    for (;;) {
      const status = await this.#status();
      if (status === 'completed') return;
      if (ENDED.has(status)) {
        const message = `QEMU: the state was not handed over: ${status}`;
        throw new Failed({ reason: 'command-failed', message });
      }
      await delay(LOOK_MS);
    }
  }

  async #status(): Promise<string> {
    const answer = await this.#qmp.execute('query-migrate');
    const { status = '' } = answer as { readonly status?: string };
    return status;
  }
}

/** The socket, in the folder that QEMU works in, at which a file's content changes hands. No link has such a name. */
function socketFor(file: string): string {
  return `${basename(file)}.socket`;
}
