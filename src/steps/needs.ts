// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import type { StepContext } from '../model/step.js';
import type { Entry } from '../model/store.js';

/** The output that a step was promised under a role; the plan sees to it that it is there. */
export function need(ctx: Pick<StepContext, 'needs' | 'taskId'>, role: string): Entry {
  const entry = ctx.needs[role];
  if (entry === undefined) throw new Error(`${ctx.taskId} was planned without its ${role}`);
  return entry;
}

/** Root of the system that iptables was compiled in: a toolchain's, or this machine's. */
export function systemOf({ needs }: Pick<StepContext, 'needs'>): string {
  return needs['toolchain'] === undefined ? '/' : join(needs['toolchain'].dir, 'root');
}
