// SPDX-License-Identifier: GPL-2.0-only
import { Failed, type Failure } from '../model/failure.js';
import type { Plan, Task } from '../model/task.js';
import { isUnbrought, joined } from '../sources/index.js';

/**
 * Ends a run when one of its tasks fails: all of it, or all but its fetches when a source could not be
 * brought, so that a person brings all that lack at once.
 */
export class Stop {
  readonly #all = new AbortController();
  readonly #work = new AbortController();
  readonly #fetches: AbortSignal;
  readonly #others: AbortSignal;
  /** Of the sources that could not be brought, by task. */
  readonly #unbrought = new Map<string, Failure>();
  #fault: Error | undefined;

  /** @param outer fires when the user ends the run */
  constructor(outer: AbortSignal) {
    this.#fetches = AbortSignal.any([outer, this.#all.signal]);
    this.#others = AbortSignal.any([this.#fetches, this.#work.signal]);
  }

  /** Fires when a task has to end before its time. */
  signalFor({ verb }: Task): AbortSignal {
    return verb === 'fetch' ? this.#fetches : this.#others;
  }

  /** Takes in the failure of a task that had not been stopped. */
  because({ id, verb }: Task, error: unknown): void {
    if (verb === 'fetch' && error instanceof Failed && isUnbrought(error.failure)) {
      this.#unbrought.set(id, error.failure);
      this.#work.abort();
      return;
    }
    this.#fault ??= error instanceof Error ? error : new Error(String(error));
    this.#all.abort();
  }

  /** Called when every task has ended. @throws what the run failed of, if it did */
  tell({ tasks }: Plan): void {
    if (this.#fault !== undefined) throw this.#fault;
    const [first, ...others] = tasks.flatMap(({ id }) => this.#unbrought.get(id) ?? []);
    if (first !== undefined) throw new Failed(joined(first, ...others));
  }
}
