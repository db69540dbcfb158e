// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { Ground, type Outcome, type Place } from './ground.js';
import { judged, type End } from './judge.js';

declare module 'vitest' {
  interface TaskMeta {
    /** How a case of the campaign ended. */
    end?: End;
  }
}

/** What a case's store has at first: nothing, or all that a run needs. */
export type Store = 'empty' | 'whole';

/** One fault, and what has to come of it. */
export interface FaultCase {
  readonly name: string;
  /** Empty if not said otherwise. */
  readonly store?: Store;
  /** Makes the fault and runs the program under it. Gives how each of its runs ended. */
  readonly run: (place: Place, draw: Draw) => Promise<Trial>;
}

/** What a case's runs under the fault came to. */
export interface Trial {
  /** Runs that nobody killed. */
  readonly ended: readonly Outcome[];
  /** Tasks whose entries the fault itself has damaged: they may be made again, all others may not. */
  readonly spoiled?: readonly string[];
  /** Exit codes that a clear error may have here; none: the run has to come out right. */
  readonly codes?: readonly number[];
  /** What a clear error has to say. */
  readonly says?: RegExp;
}

/** A whole number from 0 up to but without `below`. */
export type Draw = (below: number) => number;

/** Says which moments, files and bytes are hit; the same for the same number. */
const SEED = process.env['L7BUILD_TEST_SEED'] ?? '1';
/** Of a bounded run, one case in so many. */
const EVERY = Number(process.env['L7BUILD_TEST_FAULTS_EVERY'] ?? '1');

/** A case takes seconds; on a machine that is busy with much else, minutes. */
const TIMEOUT_MS = 300_000;

/** Numbers that look random and are the same for the same words and seed. */
function drawing(words: string): Draw {
  let count = 0;
  return (below) => {
    count += 1;
    const digest = createHash('sha256')
      .update(`${SEED} ${words} ${String(count)}`)
      .digest();
    return digest.readUInt32BE() % below;
  };
}

/**
 * Has vitest run the cases of a kind, each at a place of its own, and sees that every one ends in the right
 * artifacts, or in a clear error and then the right artifacts.
 *
 * @param without why the kind cannot be tried here, if so
 */
export function campaign(kind: string, cases: readonly FaultCase[], without?: string): void {
  const title = `${kind} (seed ${SEED})${without === undefined ? '' : `: not here, ${without}`}`;
  describe.skipIf(without !== undefined)(title, () => {
    let ground: Ground;
    beforeAll(async () => {
      ground = await Ground.lay();
    }, TIMEOUT_MS);
    afterAll(() => ground.clear());
    for (const { name, store, run } of cases.filter((_, index) => index % EVERY === 0)) {
      it(name, { timeout: TIMEOUT_MS }, async ({ task }) => {
        const place = ground.place(store ?? 'empty');
        try {
          const trial = await run(place, drawing(`${kind} ${name}`));
          task.meta.end = await judged(place, trial);
        } finally {
          place.clear();
        }
      });
    }
  });
}
