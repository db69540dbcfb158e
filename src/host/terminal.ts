// SPDX-License-Identifier: GPL-2.0-only
import { constants } from 'node:os';
import { execa } from 'execa';
import { bound, interrupted, lacks, type Argv, type ExecOptions } from './exec.js';
import { endTree } from './processes.js';
import { findProgram } from './tools.js';

/** Grace between SIGTERM and SIGKILL, in milliseconds. */
const KILL_AFTER_MS = 3000;

/**
 * Runs a command that gets our own standard streams, the terminal where there is one, and waits for its
 * end. It gets SIGKILL if this process dies.
 *
 * @returns its exit code; 128 and the signal's number when a signal ended it (as sh(1) has it)
 * @throws Failed `host-lacks` (program not installed), `interrupted` (signal fired)
 */
export async function withTerminal(
  argv: Argv,
  {
    cwd,
    env,
    signal,
    handed = [],
  }: Required<Pick<ExecOptions, 'env' | 'signal'>> & Pick<ExecOptions, 'cwd' | 'handed'>,
): Promise<number> {
  if (signal.aborted) throw interrupted();
  if (findProgram(argv[0], env['PATH'], cwd) === undefined) throw lacks(argv[0]);
  const [program, ...args] = bound(argv);
  const child = execa(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    extendEnv: false,
    stdio: ['inherit', 'inherit', 'inherit', ...handed],
    cleanup: false,
    reject: false,
  });
  let kill: (() => void) | undefined;
  const stop = (): void => {
    if (child.pid !== undefined) kill = endTree(child.pid, KILL_AFTER_MS, () => undefined);
  };
  signal.addEventListener('abort', stop, { once: true });
  const end = await child;
  signal.removeEventListener('abort', stop);
  kill?.();
  if (kill !== undefined) throw interrupted();
  if (end.signal !== undefined) return 128 + constants.signals[end.signal];
  return end.exitCode ?? 1;
}
