// SPDX-License-Identifier: GPL-2.0-only
import { aligned } from '../host/columns.js';
import type { Plan } from '../model/task.js';

/** A plan for people: a line a task, with what it waits for. */
export function planText(plan: Plan): string {
  const rows = plan.tasks.map((task) => {
    const needs = [...new Set(Object.values(task.needs))];
    const after = needs.length === 0 ? '' : `  (after ${needs.join(', ')})`;
    return [task.id, `${task.title}${after}`];
  });
  const lines = aligned(rows).map((line) => `  ${line}`);
  return [`linux ${plan.name}, ${plan.mode} mode: ${String(lines.length)} steps`, ...lines].join(
    '\n',
  );
}
