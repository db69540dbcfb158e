// SPDX-License-Identifier: GPL-2.0-only
import { interrupted } from '../../host/exec.js';
import { quoted } from '../../host/shell-words.js';
import { Failed } from '../../model/failure.js';
import { joinStreams } from './streams.js';
import { whichLab, type Which } from './which.js';

/** Runs a command on a host, with our own standard streams. @returns its exit code */
export async function execOn(
  store: string,
  host: string,
  words: readonly string[],
  { timeout, ...which }: Which & { readonly timeout?: number },
  signal: AbortSignal,
): Promise<number> {
  const { name } = await whichLab(store, which);
  const script = words.map(quoted).join(' ');
  const limit = timeout === undefined ? {} : { timeoutMs: timeout * 1000 };
  const { exitCode, timedOut } = await joinStreams(store, name, { host, script, ...limit }, signal);
  if (signal.aborted) throw interrupted();
  if (!timedOut) return exitCode;
  const message = `${words.join(' ')} on ${host} was not done after ${String(timeout)} s`;
  throw new Failed({ reason: 'check-failed', message, hints: ['give it more: --timeout SECONDS'] });
}
