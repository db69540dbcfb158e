// SPDX-License-Identifier: GPL-2.0-only
import type { DiskParams, Plan, Task } from '../model/task.js';
import { labPlan } from './lab.js';

/** The plan of a build, and behind it a disk that boots by itself. */
export function diskPlan(
  build: Plan,
  params: Omit<DiskParams, 'guest'>,
  host: Task['host'],
): { readonly plan: Plan; readonly disk: Task } {
  const { plan, needs, image } = labPlan(build, []);
  const disk: Task = {
    id: 'disk',
    verb: 'disk',
    title: `disk ${params.format}`,
    needs,
    params: { ...params, guest: image.params.guest },
    host,
  };
  return { plan: { ...plan, tasks: [...plan.tasks, disk] }, disk };
}
