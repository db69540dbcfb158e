// SPDX-License-Identifier: GPL-2.0-only
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exec } from '../host/exec.js';
import { openNameless } from '../host/files.js';
import { receiveLocally, sendLocally } from '../host/local-socket.js';
import { Failed } from '../model/failure.js';
import { MONITOR, type GuestState } from './argv.js';
import { Qmp } from './qmp.js';
import { SerialPort } from './serial.js';

/*
 * QEMU hands a guest over to another QEMU, which here starts later: a migration (docs/devel/migration.rst of
 * QEMU). Memory is not sent, since it is in a file.
 */
const CAPABILITIES = { capabilities: [{ capability: 'x-ignore-shared', state: true }] } as const;
/** A card that moves tells the network by frames of its own, which nobody here is to see or count. */
const QUIET = { 'announce-rounds': 0 } as const;

/** Milliseconds between two looks at how far it is. */
const LOOK_MS = 5;

/** What it takes for a guest to be saved, or to go on where it was: a file for its memory, and QEMU's monitor. */
export class StateKeeper {
  #memory: FileHandle | undefined;
  #port: SerialPort | undefined;
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
    if (this.state.to === 'save') this.#memory = await openNameless(this.state.workplace);
    this.#port = await SerialPort.open(join(ports, MONITOR), {
      onLine: (line) => {
        this.#qmp.receive(line);
      },
    });
    return this.#port;
  }

  /** Path of the file that the guest's memory is in while it runs. */
  get memory(): string {
    const { state } = this;
    if (this.#memory === undefined) return state.memory;
    return `/proc/${String(process.pid)}/fd/${String(this.#memory.fd)}`;
  }

  /** Ends what is waited for, now and later, with this failure. */
  fail(error: Failed): void {
    this.#qmp.fail(error);
  }

  /**
   * Writes the state to its files, which must not be there. The guest stands still then.
   *
   * @param folder that QEMU works in, where a unix socket is made for both to meet at
   * @throws Failed `command-failed` with QEMU's words, `no-space`; what was given to `fail`
   */
  async save(folder: string): Promise<void> {
    const { devices, memory } = this.state;
    const socket = basename(devices);
    await this.#ready();
    await receiveLocally(folder, socket, devices, async () => {
      await this.#qmp.execute('migrate', { uri: `unix:${socket}` });
      await this.#completed();
    });
    // What was never written to takes no room there, either.
    await exec(['cp', '--sparse=always', '--', this.memory, memory]);
  }

  /**
   * Gives a QEMU that waits for it what `save` has written, with which its guest goes on.
   *
   * @throws as `save`, and system errors of a file that cannot be read; a QEMU that makes nothing of it ends
   */
  async load(folder: string): Promise<void> {
    const { devices } = this.state;
    const socket = basename(devices);
    await this.#ready();
    await this.#qmp.execute('migrate-set-parameters', QUIET);
    await this.#qmp.execute('migrate-incoming', { uri: `unix:${socket}` });
    await sendLocally(folder, socket, devices);
    await this.#completed();
  }

  async close(): Promise<void> {
    await this.#memory?.close();
    this.#memory = undefined;
  }

  async #ready(): Promise<void> {
    await this.#qmp.open();
    await this.#qmp.execute('migrate-set-capabilities', CAPABILITIES);
  }

  async #completed(): Promise<void> {
    for (;;) {
      const answer = await this.#qmp.execute('query-migrate');
      const { status } = answer as { readonly status?: string };
      if (status === 'completed') return;
      if (status === 'failed') {
        const message = `QEMU: the state was not handed over: ${JSON.stringify(answer)}`;
        throw new Failed({ reason: 'command-failed', message });
      }
      await delay(LOOK_MS);
    }
  }
}
