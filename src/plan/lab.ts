// SPDX-License-Identifier: GPL-2.0-only
import type { Plan, Task } from '../model/task.js';

/** What a lab is started with. */
export interface LabPlan {
  /** The plan with the tasks that only a lab needs. */
  readonly plan: Plan;
  /** Tasks that the lab's machines need the output of: `image`, and `linux` or `kernel`. */
  readonly needs: Readonly<Record<string, string>>;
  readonly image: Extract<Task, { verb: 'image' }>;
}

/** The plan of a build, and behind it the image of hosts that are joined in a lab. */
export function labPlan(plan: Plan): LabPlan {
  const initramfs = plan.tasks.find((task) => task.verb === 'image');
  if (initramfs === undefined) throw new Error(`the plan of ${plan.name} has no image`);
  const image: LabPlan['image'] = {
    ...initramfs,
    id: 'image:lab',
    title: "image a lab's hosts",
    params: { ...initramfs.params, networked: true },
  };
  const kernel = Object.entries(initramfs.needs).filter(([role]) =>
    ['linux', 'kernel'].includes(role),
  );
  return {
    plan: { ...plan, tasks: [...plan.tasks, image] },
    needs: { ...Object.fromEntries(kernel), image: image.id },
    image,
  };
}
