// SPDX-License-Identifier: GPL-2.0-only
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Failed } from '../model/failure.js';
import { interrupted, lacks } from './exec.js';
import { ensureDirectory } from './files.js';
import { findProgram } from './tools.js';

export interface LockOptions {
  /** Others may hold it too, if they share it as well. */
  readonly shared?: boolean;
  readonly signal?: AbortSignal;
  /** Called once if another process holds the lock. */
  readonly onWait?: () => void;
  /** Makes the failure of not waiting for another process that holds the lock. */
  readonly held?: () => Failed;
}

/** How long a free lock may take before the user is told of waiting, in milliseconds. */
const WAIT_SHOWN_AFTER_MS = 300;

/** Exit code of a flock(1) that does not wait; none of its own. */
const HELD = 77;

type Holder = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Holds a lock on a file, for itself alone if not said otherwise, while `act` runs. Kernel locks (flock(2)) vanish with their
 * holder: here that is cat(1), become so from flock(1), whose standard input ends when this process
 * does, by whatever death. So there are no stale locks, and nothing is to be cleaned up.
 *
 * @param file made if missing, with the directories above it; never removed
 * @returns what `act` returns
 * @throws Failed `interrupted` when the signal fires while waiting, `store-unusable` when the file
 *   can't be made or locked, `host-lacks` without flock(1); what `held` gives; what `act` throws
 */
export async function withLock<T>(
  file: string,
  act: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  if (options.signal?.aborted === true) throw interrupted();
  if (findProgram('flock') === undefined) throw lacks('flock');
  await ensureDirectory(dirname(file));
  // In a session of its own, since Ctrl-C must not take the lock from a run that is still stopping.
  const how = [
    options.shared === true ? '--shared' : '--exclusive',
    ...(options.held === undefined ? [] : ['--nonblock', '--conflict-exit-code', String(HELD)]),
  ];
  const holder = spawn('flock', ['--no-fork', ...how, file, 'cat'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const closed = once(holder, 'close');
  holder.stdin.on('error', () => {
    // EPIPE of a holder that could not lock; its end tells.
  });
  try {
    await acquired(holder, file, options);
    return await act();
  } finally {
    holder.kill('SIGKILL');
    await closed;
  }
}

/** Waits until the holder echoes a line: then flock(1) has the lock and became cat(1). */
async function acquired(holder: Holder, file: string, options: LockOptions): Promise<void> {
  const waiting = setTimeout(() => options.onWait?.(), WAIT_SHOWN_AFTER_MS);
  let onAbort: (() => void) | undefined;
  let complaint = '';
  holder.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  try {
    await new Promise<void>((done, fail) => {
      onAbort = (): void => {
        fail(interrupted());
      };
      options.signal?.addEventListener('abort', onAbort, { once: true });
      holder.stdout.once('data', () => {
        done();
      });
      holder.once('error', fail);
      holder.once('close', (code) => {
        const busy = code === HELD ? options.held?.() : undefined;
        fail(busy ?? unusable(file, complaint.trim()));
      });
      holder.stdin.write('locked\n');
    });
  } finally {
    clearTimeout(waiting);
    if (onAbort !== undefined) options.signal?.removeEventListener('abort', onAbort);
  }
}

function unusable(file: string, complaint: string): Failed {
  return new Failed({
    reason: 'store-unusable',
    message: `cannot lock ${file}`,
    details: [complaint],
    hints: ['the directory must be writable and on a file system with locks'],
  });
}
