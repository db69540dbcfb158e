// SPDX-License-Identifier: GPL-2.0-only
import { appendFile, readFile } from 'node:fs/promises';
import { writing } from '../host/space.js';
import type { KernelComplaint } from '../model/check.js';
import { complaintOf } from './complaints.js';

/** A trap's header, `Oops: 0002 [#1]`: the second line of a report whose first says the same. */
const TRAP_HEADER = /\[#\d+\]/;
/** Lines between a report's first line and its trap header. */
const HEADER_WITHIN = 5;
/** Lines that a person is shown. */
const EXCERPT_LINES = 25;
/** A guest in a loop of reports must not fill our memory. */
const MOST_COMPLAINTS = 200;

/** Reads a guest's console as it comes: notes what the kernel complains of, keeps what to show. */
export class Console {
  readonly complaints: KernelComplaint[] = [];
  /** From the first complaint on. */
  readonly #report: string[] = [];
  readonly #tail: string[] = [];
  #sinceComplaint = Infinity;

  /** Takes the next line. @returns the complaint that it starts */
  push(line: string): KernelComplaint | undefined {
    this.#tail.push(line);
    if (this.#tail.length > EXCERPT_LINES) this.#tail.shift();
    this.#sinceComplaint += 1;
    const complaint = this.#counted(line);
    if (complaint !== undefined) {
      this.complaints.push(complaint);
      this.#sinceComplaint = 0;
    }
    if (this.complaints.length > 0 && this.#report.length < EXCERPT_LINES) this.#report.push(line);
    return complaint;
  }

  /** The lines that matter: the first report, or the last lines if there is none. */
  excerpt(): string[] {
    return this.complaints.length > 0 ? [...this.#report] : [...this.#tail];
  }

  #counted(line: string): KernelComplaint | undefined {
    if (this.complaints.length >= MOST_COMPLAINTS) return undefined;
    const complaint = complaintOf(line);
    const header = complaint?.kind === 'oops' && TRAP_HEADER.test(line);
    return header && this.#sinceComplaint <= HEADER_WITHIN ? undefined : complaint;
  }
}

/**
 * Writes what the kernel of a guest that goes on has said before to where the rest of it goes, after what is there.
 *
 * @returns its lines
 * @throws Failed `no-space`; other system errors as they are
 */
export async function recall(from: string, to: string): Promise<string[]> {
  const said = await readFile(from, 'utf8');
  await writing(to, () => appendFile(to, said));
  return said.split('\n').slice(0, -1);
}
