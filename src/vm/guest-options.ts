// SPDX-License-Identifier: GPL-2.0-only
import type { Argv } from '../host/exec.js';
import type { LineSink } from './serial.js';

export interface GuestOptions {
  readonly signal: AbortSignal;
  /** Milliseconds from QEMU's start to the agent's first word. Default: 90 s. */
  readonly bootTimeoutMs?: number;
  /** Milliseconds without a word of the agent after which the guest counts as hung. Default: 20 s. */
  readonly silenceMs?: number;
  /** What to do with the lines of the port for output, if the guest has one. */
  readonly output?: LineSink;
  /** What to put around QEMU's command line, such as a jail. */
  readonly wrap?: (argv: Argv) => Argv;
  /** Where QEMU is started: the sockets of its network cards lie there. */
  readonly cwd?: string;
}

export const BOOT_TIMEOUT_MS = 90_000;
export const SILENCE_MS = 20_000;
/** After an oops the kernel still prints its report. */
export const REPORT_MS = 1000;
/** What a guest gets to power off, and a console's reader to read what is left. */
export const HALT_MS = 10_000;
export const DRAIN_MS = 2000;
/** The agent's exit code when all is well. */
export const HALTED = 0;

export const BOOT_HINTS = [
  'the kernel needs a serial port driver, gzip and initramfs support (l7build config check)',
];

/** Milliseconds as people read them. */
export function seconds(ms: number): string {
  return `${String(ms / 1000)} s`;
}
