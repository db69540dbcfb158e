// SPDX-License-Identifier: GPL-2.0-only
import type { ChoiceOptions } from './build-options.js';
import { ensureHost } from './ensure-host.js';
import { choose, decideBuilder, prepare, type Job } from './job.js';

interface Circumstances {
  /** The store's root. */
  readonly cache: string;
  readonly signal: AbortSignal;
  /** What is built is to be booted on this machine. */
  readonly boots: boolean;
}

/**
 * The job that builds what the options stand for, without checks in a guest, on a machine that has what it takes.
 * Starts no step.
 *
 * @throws Failed as choose, decideBuilder, ensureHost and prepare
 */
export async function readyJob(
  options: Omit<ChoiceOptions, 'out'>,
  { cache, signal, boots }: Circumstances,
): Promise<Job> {
  const chosen = await choose(options);
  const choice = await decideBuilder(chosen, options, cache);
  await ensureHost(chosen, { ...options, verify: boots }, choice.name, signal);
  return prepare(chosen, choice, { ...options, verify: false }, cache, signal);
}
