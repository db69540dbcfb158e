// SPDX-License-Identifier: GPL-2.0-only
import type { Lab } from '../../src/lab/lab.js';
import { INPUT_PIECE, INPUT_WINDOW, type OutputStream } from '../../src/vm/frames.js';
import type { JobEnd } from '../../src/vm/jobs.js';

/** A script on a host of a lab whose input and output are passed on, as a supervisor does it. */
export class Streamed {
  readonly ended: Promise<JobEnd>;
  readonly #printed = { out: [] as Buffer[], err: [] as Buffer[] };
  readonly #stop = new AbortController();
  readonly #give: (piece: Buffer) => void;
  #room = INPUT_WINDOW;
  #woken: (() => void) | undefined;

  /** @param taking false: what it prints is not taken, so no more comes than there is room for */
  constructor(lab: Lab, host: string, script: string, taking = true) {
    const take = (stream: OutputStream, bytes: Buffer): void => {
      this.#printed[stream].push(bytes);
      if (taking) streaming.more(stream, 1);
    };
    const took = (): void => {
      this.#room += 1;
      this.#woken?.();
    };
    const streaming = lab
      .machine(host)
      .stream(script, { take, took }, undefined, this.#stop.signal);
    this.ended = streaming.ended;
    this.#give = streaming.give;
  }

  printed(stream: OutputStream = 'out'): Buffer {
    return Buffer.concat(this.#printed[stream]);
  }

  /** How many pieces of output there were. */
  get pieces(): number {
    return this.#printed.out.length;
  }

  /** Gives it all of that, and nothing after it. */
  async input(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += INPUT_PIECE) {
      await this.#piece(bytes.subarray(at, at + INPUT_PIECE));
    }
    await this.#piece(Buffer.alloc(0));
  }

  stop(): void {
    this.#stop.abort();
  }

  async #piece(bytes: Buffer): Promise<void> {
    while (this.#room === 0) {
      await new Promise<void>((done) => {
        this.#woken = done;
      });
    }
    this.#room -= 1;
    this.#give(bytes);
  }
}
