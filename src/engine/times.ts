// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { readJson, writeAtomically } from '../host/files.js';

/** What each task took the last time, in milliseconds; kept in the store for the expected times on screen. */
export class Times {
  readonly expected: Record<string, number>;
  readonly #file: string;
  #changed = false;

  private constructor(file: string, expected: Record<string, number>) {
    this.#file = file;
    this.expected = expected;
  }

  static async open(cache: string): Promise<Times> {
    const file = join(cache, 'times.json');
    const known = await readJson(file);
    const entries = typeof known === 'object' && known !== null ? Object.entries(known) : [];
    const isTime = (entry: [string, unknown]): entry is [string, number] =>
      typeof entry[1] === 'number';
    return new Times(file, Object.fromEntries(entries.filter(isTime)));
  }

  note(task: string, ms: number): void {
    this.expected[task] = ms;
    this.#changed = true;
  }

  async save(): Promise<void> {
    if (this.#changed) await writeAtomically(this.#file, JSON.stringify(this.expected));
  }
}
