// SPDX-License-Identifier: GPL-2.0-only
import { objectOf } from '../kbuild.js';
import type { Stop } from './site.js';

/** Lines of errors that are kept: the first ones, since the others mostly follow from them. */
const MOST_LINES = 24;
/** Different warnings that are kept; a build with more has other sorrows. */
const MOST_WARNINGS = 500;

/** gcc's `file:line:column: warning: text`. */
const WARNING = /^[^\s:][^:]*:\d+:\d+: warning: /;
/** Errors of gcc, as, ld, modpost, make and the shell. */
const ERROR =
  /: (?:fatal )?error: |: Error: |undefined reference to|multiple definition of|^ERROR: |\*\*\* No rule to make target|: not found$/;
/** What gcc prints before an error and what belongs to it: where the line was included from. */
const BEFORE = /^In file included from |^ {2,}from |: In function |: At top level:/;
/** What gcc prints after an error: the line itself, and marks under it. */
const AFTER = /^\s*(?:\d+ )?\| /;

const ENTERING = /^make(?:\[(\d+)\])?: Entering directory [`'](.+)'$/;
/** `make[3]: *** [scripts/Makefile.build:250: net/core/dev.o] Error 1`; before make 4 without the place. */
const STOPPED = /^make(?:\[(\d+)\])?: \*\*\* \[(?:[^\]]*:\d+: )?([^\]]+)\] (?:Error \d+|[A-Z])/;

/** Reads what make and the programs under it print, line by line. */
export class MakeOutput {
  /** Objects compiled so far. */
  objects = 0;
  /** What make stopped at first, once it did. */
  stop: Stop | undefined;
  /** Every different warning of the compiler, in the order of their first appearance. */
  readonly warnings = new Set<string>();
  /** The compilers' errors with what belongs to them. */
  readonly errors: string[] = [];
  readonly #known: readonly string[];
  /** Folder by depth of make. */
  readonly #folders = new Map<string, string>();
  #before: string[] = [];
  #inError = false;

  /** @param known folders that are left out in front of paths, each with its last `/` */
  constructor(known: readonly string[]) {
    this.#known = known;
  }

  /** Takes the next line. @returns the object that it tells of, if any */
  take(line: string): string | undefined {
    const text = this.#known.reduce((rest, folder) => rest.replaceAll(folder, ''), line);
    const object = objectOf(text);
    if (object !== undefined) this.objects += 1;
    if (line.startsWith('make')) this.#takeMake(line);
    if (WARNING.test(text) && this.warnings.size < MOST_WARNINGS) this.warnings.add(text);
    this.#takeError(text);
    return object;
  }

  #takeMake(line: string): void {
    const [, depth = '0', folder] = ENTERING.exec(line) ?? [];
    if (folder !== undefined) this.#folders.set(depth, folder);
    const [, stoppedAt = '0', target] = STOPPED.exec(line) ?? [];
    if (target === undefined || this.stop !== undefined) return;
    const inFolder = this.#folders.get(stoppedAt);
    this.stop = { target, ...(inFolder === undefined ? {} : { folder: inFolder }) };
  }

  #takeError(text: string): void {
    if (ERROR.test(text)) {
      this.#keep(...this.#before, text);
      this.#inError = true;
    } else if (this.#inError && AFTER.test(text)) this.#keep(text);
    else this.#inError = false;
    this.#before = BEFORE.test(text) ? [...this.#before, text].slice(-MOST_LINES) : [];
  }

  #keep(...lines: readonly string[]): void {
    this.errors.push(...lines.slice(0, MOST_LINES - this.errors.length));
  }
}
