// SPDX-License-Identifier: GPL-2.0-only
import type { ProjectFile, UserlandRecipe } from '../model/recipe.js';
import type { ContainerParams, Plan, Task } from '../model/task.js';
import { labPlan, userlandTask } from './lab.js';

/** Roles in which a guest's image needs what iptables is and runs with. */
const ROLES = ['iptables', 'toolchain', 'protocols'];
/** Of guest/, what calls iptables in a container. */
const WRAPPER = 'guest/contained';

/** The plan of a build, and behind it an image for containers, which takes of the build what is no kernel. */
export function containerPlan(
  build: Plan,
  params: Pick<ContainerParams, 'reference' | 'labels'>,
  host: Task['host'],
  userland: UserlandRecipe,
): { readonly plan: Plan; readonly container: Task } {
  const { plan, image } = labPlan(build, [userland]);
  const parts = Object.entries(image.needs).filter(([role]) => ROLES.includes(role));
  const { definitions, guest } = image.params;
  const container: Task = {
    id: 'container',
    verb: 'container',
    title: `container image ${params.reference}`,
    needs: { ...Object.fromEntries(parts), userland: userlandTask(userland.name) },
    params: { ...params, definitions, wrapper: wrapperOf(guest) },
    // Of the machine's files only iptables' libraries go into it.
    host: { ...host, ...image.host },
  };
  return { plan: { ...plan, tasks: [...plan.tasks, container] }, container };
}

function wrapperOf(guest: readonly ProjectFile[]): ProjectFile {
  const wrapper = guest.find(({ path }) => path === WRAPPER);
  if (wrapper === undefined) throw new Error(`there is no ${WRAPPER}`);
  return wrapper;
}
