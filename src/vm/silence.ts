// SPDX-License-Identifier: GPL-2.0-only
import { setTimeout as delay } from 'node:timers/promises';
import type { Agent } from './agent.js';

/** Milliseconds between two calls. */
const HEARTBEAT_MS = 1000;

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

/**
 * Calls an agent again and again until it has been silent for too long.
 *
 * @param limit milliseconds
 * @param guest what becomes of it: `over` ends the calls, and while it is `paused` nobody expects a word
 * @returns false if it was over before
 */
export async function outlasts(
  agent: Pick<Agent, 'ping' | 'lastHeard'>,
  limit: number,
  { over, paused }: { readonly over: () => boolean; readonly paused: () => boolean },
): Promise<boolean> {
  const beat = Math.min(HEARTBEAT_MS, limit / 2);
  const silence = new Silence();
  while (!over()) {
    await agent.ping().catch(() => undefined);
    await delay(beat, undefined, { ref: false });
    if (over()) return false;
    if (!paused() && silence.look(agent.lastHeard, beat) > limit) return true;
  }
  return false;
}
