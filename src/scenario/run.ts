// SPDX-License-Identifier: GPL-2.0-only
import type { CheckResult } from '../model/check.js';
import type { Backend, Check, Family, Scenario, Variant } from '../model/scenario.js';
import type { RunResult } from '../model/run-result.js';
import { judgeAll } from './judge.js';
import { checkScript, runsAlone } from './script.js';

/** Runs a script where the checks are to be tried, and gives what it printed. */
export type RunScript = (script: string, timeoutMs: number) => Promise<RunResult>;

/** Checks that run at once: while one waits for a flow that must not come through, others work. */
const AT_ONCE = 2;
/** Milliseconds for one check; on an idle machine it takes a third of a second. */
const CHECK_TIMEOUT_MS = 60_000;
/** Milliseconds more for each hostile pattern that it offers. */
const HOSTILE_MS = 600;

/** Milliseconds more for each sample that it plays. */
const SAMPLE_MS = 400;

/** The same check for every back end and family. */
export interface Trial {
  readonly check: Check;
  /** The scenario's, see Scenario. */
  readonly patienceMs: number;
  readonly variant: Variant;
}

/** What a scenario comes to with these back ends, in the order of its checks. */
export function trialsOf(
  { checks, patienceMs }: Scenario,
  backends: readonly Backend[],
  families: readonly Family[],
): Trial[] {
  const variants = backends.flatMap((backend) => families.map((family) => ({ backend, family })));
  return checks.flatMap((check) =>
    variants
      .filter(({ backend }) => check.backends?.includes(backend) ?? true)
      .map((variant) => ({ check, variant, patienceMs })),
  );
}

/**
 * Tries every check with every variant. Those that need the guest for themselves come last.
 *
 * @param onResult called with each trial's own result as soon as it is there
 * @returns the results in the order of `trials`, behind each those of its samples' protocols
 * @throws what `run` throws: the guest's failures
 */
export async function runTrials(
  trials: readonly Trial[],
  run: RunScript,
  onResult: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const results = new Map<Trial, readonly CheckResult[]>();
  const attempt = async (trial: Trial): Promise<void> => {
    const { check, variant } = trial;
    const started = performance.now();
    const timeoutMs =
      CHECK_TIMEOUT_MS +
      HOSTILE_MS * (check.hostile?.offered ?? 0) +
      SAMPLE_MS * (check.samples?.all.length ?? 0);
    const observed = await run(checkScript(check, variant, trial), timeoutMs);
    const found = judgeAll(check, variant, observed, Math.round(performance.now() - started));
    results.set(trial, found);
    onResult(found[0]);
  };
  await pool(
    trials.filter(({ check }) => !runsAlone(check)),
    AT_ONCE,
    attempt,
  );
  await pool(
    trials.filter(({ check }) => runsAlone(check)),
    1,
    attempt,
  );
  return trials.flatMap((trial) => results.get(trial) ?? []);
}

async function pool<T>(
  items: readonly T[],
  width: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await act(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
