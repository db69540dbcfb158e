// SPDX-License-Identifier: GPL-2.0-only

/**
 * Input of all jobs on its way to a guest, of which the line has a piece at a time: the guest's kernel has 64 KiB for what the
 * agent has not read (tty_buffer.c), and drops what comes beyond that.
 */
export class InputQueue {
  readonly #waiting: (() => boolean)[] = [];
  #busy = false;

  /** @param send puts it on the line; returns false if it is of no use any more */
  push(send: () => boolean): void {
    this.#waiting.push(send);
    this.#next();
  }

  /** The guest has read the piece that was under way. */
  got(): void {
    this.#busy = false;
    this.#next();
  }

  #next(): void {
    while (!this.#busy) {
      const send = this.#waiting.shift();
      if (send === undefined) return;
      this.#busy = send();
    }
  }
}
