// SPDX-License-Identifier: GPL-2.0-only
import type { Agent } from './agent.js';
import { hangFailure, type Evidence } from './failures.js';

/**
 * Gives a guest that stood still the time of now.
 *
 * @throws Failed `guest-hang`; what was given to the agent's `fail`
 */
export async function setTime(agent: Agent, evidence: Evidence): Promise<void> {
  await agent.hello();
  const now = Math.round(Date.now() / 1000);
  const { exitCode, stderr } = await agent.run(`date -s @${String(now)} >/dev/null`);
  if (exitCode !== 0) throw hangFailure(`did not take the time: ${stderr}`, evidence);
}
