// SPDX-License-Identifier: GPL-2.0-only

/**
 * How long a guest has said nothing, in the time of whoever asks it: what passes while this program
 * itself is stopped (Ctrl-Z) says nothing of the guest, which may be stopped with it.
 */
export class Silence {
  #heard = -Infinity;
  #ms = 0;

  /**
   * Takes a look, which is to be done regularly.
   *
   * @param heard when the guest last said something, by any clock that only goes forward
   * @param sinceLastMs milliseconds that were to pass since the last look
   * @returns milliseconds of silence
   */
  look(heard: number, sinceLastMs: number): number {
    this.#ms = heard > this.#heard ? 0 : this.#ms + sinceLastMs;
    this.#heard = heard;
    return this.#ms;
  }
}

/** A limit for people, exactly: `1.5 s`. */
export function seconds(ms: number): string {
  return `${String(ms / 1000)} s`;
}
