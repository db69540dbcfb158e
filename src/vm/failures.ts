// SPDX-License-Identifier: GPL-2.0-only
import { Failed, type FailureReason } from '../model/failure.js';
import type { KernelComplaint } from '../model/check.js';
import type { Console } from './console.js';

/** What a failure of a guest shows beside its reason. */
export interface Evidence {
  readonly console: Console;
  readonly consoleLog: string;
}

const WORDS: Readonly<Record<KernelComplaint['kind'], string>> = {
  panic: 'panicked',
  oops: 'oopsed',
  bug: 'hit a BUG',
  kasan: 'made a bad memory access',
  lockdep: 'took locks in a way that can deadlock',
  warning: 'warned',
  'hung-task': 'has a task that hangs',
  leak: 'leaks memory',
};

/** Worst first: the kind that names the failure when there are several. */
const WORST: readonly KernelComplaint['kind'][] = [
  'panic',
  'oops',
  'bug',
  'kasan',
  'lockdep',
  'warning',
  'hung-task',
  'leak',
];

/** The failure that a kernel's complaints mean; undefined when there are none. */
export function complaintFailure({ console, consoleLog }: Evidence): Failed | undefined {
  const kinds = new Set(console.complaints.map(({ kind }) => kind));
  const worst = WORST.find((kind) => kinds.has(kind));
  // A panic's cause is what came before it: "Fatal exception" says nothing.
  const first = console.complaints[0];
  if (worst === undefined || first === undefined) return undefined;
  const others = console.complaints.length - 1;
  const more =
    others === 0 ? '' : ` (and ${String(others)} more complaint${others === 1 ? '' : 's'})`;
  return new Failed({
    reason: reasonOf(worst),
    message: `the guest's kernel ${WORDS[worst]}: ${first.line}${more}`,
    details: console.excerpt(),
    hints: ['the console log has the whole report'],
    log: consoleLog,
  });
}

function reasonOf(kind: KernelComplaint['kind']): FailureReason {
  if (kind === 'panic') return 'guest-panic';
  return kind === 'hung-task' ? 'guest-hang' : 'guest-oops';
}

/** The guest says nothing any more. @param what completes "the guest …" */
export function hangFailure(
  what: string,
  { console, consoleLog }: Evidence,
  hints: readonly string[] = [],
): Failed {
  return new Failed({
    reason: 'guest-hang',
    message: `the guest ${what}`,
    details: console.excerpt(),
    hints,
    log: consoleLog,
  });
}

/** QEMU ended although nobody asked the guest to. @param end how, completing "QEMU …" */
export function deathFailure(
  end: string,
  stderr: readonly string[],
  { console, consoleLog }: Evidence,
): Failed {
  return new Failed({
    reason: 'guest-died',
    message: `the guest died: QEMU ${end}`,
    details: [...stderr, ...console.excerpt()],
    log: consoleLog,
  });
}
