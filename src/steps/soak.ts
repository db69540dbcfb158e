// SPDX-License-Identifier: GPL-2.0-only
import { setTimeout as delay } from 'node:timers/promises';
import type { CheckResult } from '../model/check.js';
import type { Era } from '../model/recipe.js';
import type { StepContext } from '../model/step.js';
import { judgeSoak, SOAK_END_MS, soakScript, SOAKED_SO_FAR } from '../scenario/soak.js';
import type { Guest } from '../vm/guest.js';
import { boot } from './boot.js';

/**
 * Two processors, for what only happens between two; and a guest that is given all it can do may be
 * long in answering.
 */
const SIZE = { memoryMiB: 1024, cpus: 2, silenceMs: 60_000 };
/** Milliseconds between two looks at how far it is. */
const LOOK_MS = 15_000;

/**
 * Boots what was built and lets the match be used and abused for minutes: see guest/soak.
 *
 * @returns what was claimed and seen
 * @throws Failed `guest-*` when the kernel complains of anything from boot to power-off
 */
export async function soak(
  { era, minutes }: { readonly era: Era; readonly minutes: number },
  ctx: StepContext,
): Promise<CheckResult[]> {
  const { guest } = await boot(era, ctx, SIZE);
  const seconds = Math.round(minutes * 60);
  const started = performance.now();
  const done = new AbortController();
  try {
    const running = guest.run(soakScript(seconds), seconds * 1000 + SOAK_END_MS);
    const [observed] = await Promise.all([
      running.finally(() => {
        done.abort();
      }),
      tellProgress(guest, seconds, ctx, done.signal),
    ]);
    await guest.stop();
    return judgeSoak(observed, seconds, Math.round(performance.now() - started));
  } finally {
    await guest.kill();
  }
}

async function tellProgress(
  guest: Guest,
  seconds: number,
  ctx: StepContext,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  for (;;) {
    try {
      await delay(LOOK_MS, undefined, { signal });
    } catch {
      return;
    }
    // The soak itself fails when the guest does.
    const looked = await guest.run(SOAKED_SO_FAR).catch(() => undefined);
    if (looked === undefined) return;
    const past = Math.round((performance.now() - started) / 1000);
    const note = looked.stdout.trim().replaceAll('\n', ', ');
    ctx.progress({ done: Math.min(past, seconds), total: seconds, unit: 'seconds', note });
  }
}
