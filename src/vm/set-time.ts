// SPDX-License-Identifier: GPL-2.0-only
import type { Agent } from './agent.js';
import { hangFailure, type Evidence } from './failures.js';

/**
 * Gives a guest that stood still the time of now. What its agent runs goes on, as it would not after a hello.
 *
 * @returns the guest's clock then, in milliseconds since 1970
 * @throws Failed `guest-hang`; what was given to the agent's `fail`
 */
export async function setTime(agent: Agent, evidence: Evidence): Promise<number> {
  const now = Math.round(Date.now() / 1000);
  const script = `date -s @${String(now)} >/dev/null && date +%s`;
  const { exitCode, stdout, stderr } = await agent.run(script);
  if (exitCode !== 0) throw hangFailure(`did not take the time: ${stderr}`, evidence);
  return Number(stdout) * 1000;
}
