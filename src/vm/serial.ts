// SPDX-License-Identifier: GPL-2.0-only
import { open, type FileHandle } from 'node:fs/promises';
import { exec, type ExecOptions } from '../host/exec.js';
import { Failed } from '../model/failure.js';

/** Where a port's lines go: to a function, and to the end of a file. */
export type LineSink = Pick<ExecOptions, 'onLine' | 'log'>;

/**
 * The host's end of a guest's serial port: the two named pipes of QEMU's `pipe` character device,
 * PATH.in and PATH.out. Unlike a socket's, a pipe's path may be of any length, and what the guest
 * says before anybody listens is not lost.
 */
export class SerialPort {
  #input: FileHandle | undefined;
  #closed = false;
  #last = Promise.resolve();
  readonly #reader: Promise<void>;
  readonly #stop = new AbortController();

  private constructor(path: string, input: FileHandle, sink: LineSink) {
    this.#input = input;
    this.#reader = exec(['cat', `${path}.out`], {
      ...sink,
      signal: this.#stop.signal,
      capture: false,
    }).then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof Failed && error.failure.reason === 'interrupted')) throw error;
      },
    );
    // Whoever closes the port learns of it.
    this.#reader.catch(() => undefined);
  }

  /**
   * Makes the pipes and starts to read.
   *
   * @param path without `.in` and `.out`
   * @param sink is given each line that the guest sends
   * @throws Failed `command-failed` when the pipes can't be made
   */
  static async open(path: string, sink: LineSink): Promise<SerialPort> {
    await exec(['mkfifo', '-m', '600', `${path}.in`, `${path}.out`]);
    // For both directions, as QEMU does: then neither side waits for the other to open.
    return new SerialPort(path, await open(`${path}.in`, 'r+'), sink);
  }

  /**
   * Sends bytes to the guest, in the order in which it is called. Does not wait for the guest to read them: at most as many as a pipe
   * holds (64 KiB, pipe(7)) may be under way.
   */
  async send(text: string): Promise<void> {
    // A file's writes may overtake each other.
    const sent = this.#last.then(() => this.#input?.write(text));
    this.#last = sent.then(
      () => undefined,
      () => undefined,
    );
    await sent;
  }

  /** Resolves when QEMU has closed its end and all that was sent is read. */
  async drained(): Promise<void> {
    await this.#reader;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stop.abort();
    await this.#reader;
    await this.#input?.close();
    this.#input = undefined;
  }
}
