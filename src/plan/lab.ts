// SPDX-License-Identifier: GPL-2.0-only
import type { UserlandRecipe } from '../model/recipe.js';
import type { Plan, Task } from '../model/task.js';
import { fetchTask } from './tasks.js';

/** What a lab is started with. */
export interface LabPlan {
  /** The plan with the tasks that only a lab needs. */
  readonly plan: Plan;
  /** Tasks that the lab's machines need the output of: `image`, `linux` or `kernel`, and each userland. */
  readonly needs: Readonly<Record<string, string>>;
  readonly image: Extract<Task, { verb: 'image' }>;
}

/** Task that makes a userland, and the role in which a lab needs it. */
export function userlandTask(name: string): string {
  return `userland:${name}`;
}

/**
 * The plan of a build, and behind it the image of hosts that are joined in a lab.
 *
 * @param userlands those that hosts have
 */
export function labPlan(plan: Plan, userlands: readonly UserlandRecipe[]): LabPlan {
  const initramfs = plan.tasks.find((task) => task.verb === 'image');
  if (initramfs === undefined) throw new Error(`the plan of ${plan.name} has no image`);
  const own = userlands.length > 0 ? ({ userland: true } as const) : {};
  const image: LabPlan['image'] = {
    ...initramfs,
    id: 'image:lab',
    title: "image a lab's hosts",
    params: { ...initramfs.params, networked: true, ...own },
  };
  const kernel = Object.entries(initramfs.needs).filter(([role]) =>
    ['linux', 'kernel'].includes(role),
  );
  const roles = userlands.map(({ name }) => [userlandTask(name), userlandTask(name)] as const);
  return {
    plan: { ...plan, tasks: [...plan.tasks, image, ...userlands.flatMap(tasksOf)] },
    needs: { ...Object.fromEntries([...kernel, ...roles]), image: image.id },
    image,
  };
}

function tasksOf({ name, suite, answers, packages, lock }: UserlandRecipe): Task[] {
  const id = userlandTask(name);
  const source = `userland-${name}`;
  return [
    fetchTask(source, `packages of the userland ${name}`, lock),
    {
      id,
      verb: 'userland',
      title: `userland ${name}`,
      needs: { fetch: `fetch:${source}` },
      params: { suite, answers, packages },
      host: {},
    },
  ];
}
