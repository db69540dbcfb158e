// SPDX-License-Identifier: GPL-2.0-only
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../host/files.js';
import type { CheckResult } from '../model/check.js';
import { Failed } from '../model/failure.js';
import type { Era } from '../model/recipe.js';
import type { Step, StepContext } from '../model/step.js';
import type { Facts } from '../model/store.js';
import type { Check } from '../model/scenario.js';
import { loadScenario } from '../scenario/load.js';
import { playbook } from '../scenario/peers.js';
import { runTrials, trialsOf, type RunScript } from '../scenario/run.js';
import type { Calibration } from '../vm/calibrate.js';
import { clockFaults, type ClockReading } from '../vm/clock.js';
import type { Guest } from '../vm/guest.js';
import { peersArchive } from '../vm/initramfs/peers.js';
import { boot, type Size } from './boot.js';

/**
 * Boots what was built and tries the scenarios in it, with every back end and family of IP.
 *
 * @throws Failed `check-failed` with a line for each check that failed, `recipe-invalid` for a
 *   faulty scenario, and the guest's failures (see startGuest)
 */
export const verify: Step<'verify'> = async (params, ctx) => {
  const { backends, families } = params;
  const scenarios = await Promise.all(
    params.scenarios.map(({ path }) => loadScenario(ctx.project, path)),
  );
  const trials = scenarios.flatMap((scenario) => trialsOf(scenario, backends, families));
  const more = await peersOf(
    trials.map(({ check }) => check),
    params.era,
    ctx,
  );
  const { guest, calibration } = await boot(params.era, ctx, more);
  const found: CheckResult[] = [];
  const onResult = (result: CheckResult): void => {
    found.push(result);
    const note = `${result.title} (${result.variant})`;
    ctx.progress({ done: found.length, total: trials.length, unit: 'checks', note });
  };
  const factsWith = (checks: readonly CheckResult[]): VerifyFacts =>
    factsOf(guest, { checks, ...calibration });
  let checks: CheckResult[];
  try {
    const run: RunScript = (script, timeoutMs) => guest.run(script, timeoutMs);
    checks = await runTrials(trials, run, onResult);
    await guest.stop();
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    throw new Failed({ ...error.failure, facts: factsWith(found) });
  } finally {
    await guest.kill();
  }
  warnOfClock(guest.clock, ctx);
  await writeAtomically(join(ctx.out, 'checks.json'), `${JSON.stringify(checks, null, 2)}\n`);
  await copyFile(ctx.log, join(ctx.out, 'console.log'));
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  const facts = factsWith(checks);
  if (failed.length > 0) throw checksFailed(failed, facts, ctx);
  return { facts };
};

/** What the guest has to have beside its image: a player for the checks' samples, if there are some. */
async function peersOf(
  checks: readonly Check[],
  { userland }: Era,
  ctx: StepContext,
): Promise<Pick<Size, 'more'>> {
  const playbooks = new Map(
    checks.flatMap(({ samples }) =>
      samples === undefined ? [] : [[samples.folder, playbook(samples)] as const],
    ),
  );
  if (playbooks.size === 0) return {};
  if (userland === 'musl') {
    throw new Failed({
      reason: 'not-applicable',
      message: "samples are played by the host's perl, whose libc this kernel is too old for",
      hints: ['leave out the scenarios that have samples'],
    });
  }
  return { more: await peersArchive(join(ctx.project, 'guest'), playbooks) };
}

interface Checked {
  readonly checks: readonly CheckResult[];
}
type VerifyFacts = Facts & Checked;

function factsOf(
  { complaints, release, bootMs, ageMs, clock }: Guest,
  { checks, accelerator, why }: Pick<Calibration, 'accelerator' | 'why'> & Checked,
): VerifyFacts {
  return { checks, complaints, accelerator, why, release, bootMs, verdictMs: ageMs, clock };
}

function warnOfClock(clock: ClockReading | undefined, ctx: StepContext): void {
  for (const fault of clock === undefined ? [] : clockFaults(clock)) {
    ctx.warn(`the guest's clock ${fault}`);
  }
}

function checksFailed(
  failed: readonly CheckResult[],
  facts: VerifyFacts,
  ctx: StepContext,
): Failed {
  return new Failed({
    reason: 'check-failed',
    message: `${String(failed.length)} of ${String(facts.checks.length)} checks failed in the guest`,
    details: failed.map(
      ({ id, title, variant, expected, observed }) =>
        `${id} (${variant}): ${title}: expected ${expected}; observed ${observed}`,
    ),
    log: ctx.log,
    facts,
  });
}
