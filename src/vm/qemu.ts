// SPDX-License-Identifier: GPL-2.0-only
import { exec, type Argv } from '../host/exec.js';
import { Failed } from '../model/failure.js';

/** Every end of QEMU is an answer. */
const ANY_EXIT = Array.from({ length: 256 }, (_, code) => code);

/** Runs QEMU to its end, whatever that is: how it ended, or the Failed of one that was not let. */
export async function qemuEnd(
  argv: Argv,
  signal: AbortSignal,
  cwd: string | undefined,
): Promise<{ how: string; stderr: readonly string[] } | Failed> {
  try {
    const place = cwd === undefined ? {} : { cwd };
    const { exitCode, stderr } = await exec(argv, { accept: ANY_EXIT, signal, ...place });
    const how = `ended with exit code ${String(exitCode)}`;
    return { how, stderr: stderr.trim().split('\n').filter(Boolean) };
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    const { reason, message, details } = error.failure;
    if (reason !== 'command-failed') return error;
    return { how: `was ${message.split(': ').at(-1) ?? ''}`, stderr: details ?? [] };
  }
}
