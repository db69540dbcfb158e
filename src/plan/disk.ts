// SPDX-License-Identifier: GPL-2.0-only
import type { UserlandRecipe } from '../model/recipe.js';
import type { DiskParams, Plan, Task } from '../model/task.js';
import { labPlan, userlandTask } from './lab.js';

/**
 * The plan of a build, and behind it a disk that boots by itself.
 *
 * @param userland what root has beside the guest's small programs, where the parameters ask for it
 */
export function diskPlan(
  build: Plan,
  params: Omit<DiskParams, 'guest'>,
  host: Task['host'],
  userland?: UserlandRecipe,
): { readonly plan: Plan; readonly disk: Task } {
  const { plan, needs, image } = labPlan(build, userland === undefined ? [] : [userland]);
  const own = Object.entries(needs).map(([role, id]) =>
    userland !== undefined && role === userlandTask(userland.name)
      ? (['userland', id] as const)
      : ([role, id] as const),
  );
  const disk: Task = {
    id: 'disk',
    verb: 'disk',
    title: `disk ${params.format}`,
    needs: Object.fromEntries(own),
    params: { ...params, guest: image.params.guest },
    host,
  };
  return { plan: { ...plan, tasks: [...plan.tasks, disk] }, disk };
}
