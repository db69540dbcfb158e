// SPDX-License-Identifier: GPL-2.0-only
import type { Plan } from '../model/task.js';

/** A plan for people: a line a task, with what it waits for. */
export function planText(plan: Plan): string {
  const width = Math.max(...plan.tasks.map((task) => task.id.length));
  const lines = plan.tasks.map((task) => {
    const needs = [...new Set(Object.values(task.needs))];
    const after = needs.length === 0 ? '' : `  (after ${needs.join(', ')})`;
    return `  ${task.id.padEnd(width)}  ${task.title}${after}`;
  });
  return [`linux ${plan.name}, ${plan.mode} mode: ${String(lines.length)} steps`, ...lines].join(
    '\n',
  );
}
