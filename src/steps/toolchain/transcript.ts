// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../../model/failure.js';
import type { Progress } from '../../model/event.js';

/** dpkg's words for a package that it is at. */
const AT_WORK = /^(Unpacking|Setting up) ([a-z0-9][a-z0-9.+-]+)/;
/** What tells a cause, in the output of mmdebstrap, apt, dpkg and their scripts. */
const TELLING =
  /^E: |^dpkg: error|Depends: .* but |^W: .*(?:fail|unable)|\berror: |: not found$|No such file/i;
const SHOWN = 12;
/** What mmdebstrap says to a user who has not been lent any users (subuid(5)). */
const NO_USERS = /chroot mode|subuid|subgid|newuidmap|unshare|user namespace/i;

/** Follows what mmdebstrap prints: how far it is, and which lines tell why it failed. */
export class Transcript {
  readonly #telling: string[] = [];
  readonly #seen = { Unpacking: new Set<string>(), 'Setting up': new Set<string>() };

  constructor(
    /** Packages of the root. */
    private readonly total: number,
    private readonly progress: (progress: Progress) => void,
  ) {}

  take(line: string): void {
    const [, verb, name] = AT_WORK.exec(line) ?? [];
    if (name !== undefined) {
      const { Unpacking, 'Setting up': set } = this.#seen;
      (verb === 'Unpacking' ? Unpacking : set).add(name);
      // Half of the way of a package is its unpacking.
      const done = Math.min(Math.floor((Unpacking.size + set.size) / 2), this.total);
      const note = `${verb === 'Unpacking' ? 'unpack' : 'set up'} ${name}`;
      this.progress({ done, total: this.total, unit: 'files', note });
    }
    if (TELLING.test(line) && !this.#telling.includes(line)) this.#telling.push(line);
  }

  /** The failure of a root that could not be made, told by the lines that matter. */
  explain(error: unknown): unknown {
    if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') return error;
    const { details = [], log } = error.failure;
    const telling = this.#telling.slice(0, SHOWN);
    const lent = telling.some((line) => line.startsWith('E: ') && NO_USERS.test(line));
    return new Failed({
      reason: lent ? 'host-lacks' : 'command-failed',
      message: 'the root could not be made of its packages',
      details: telling.length > 0 ? telling : details,
      ...(log === undefined ? {} : { log }),
      hints: lent
        ? [
            'a user other than root needs newuidmap (package uidmap) and lines in /etc/subuid and /etc/subgid',
            'have root run: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER',
            'or use the builder host',
          ]
        : ['if the lock is at fault, write it anew: l7build containers update NAME'],
    });
  }
}
