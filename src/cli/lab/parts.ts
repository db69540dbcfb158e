// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { USERLAND } from '../../engine/preflight.js';
import type { LabOrder } from '../../lab/messages.js';
import { Failed } from '../../model/failure.js';
import type { LinuxRecipe, UserlandRecipe } from '../../model/recipe.js';
import type { Backend } from '../../model/scenario.js';
import type { Topology } from '../../model/topology.js';
import { labPlan, userlandTask } from '../../plan/lab.js';
import { loadLinuxRecipe, loadUserland } from '../../recipe/index.js';
import { kernelIn } from '../../steps/boot.js';
import { need } from '../../steps/needs.js';
import { calibrate } from '../../vm/calibrate.js';
import type { ChoiceOptions } from '../build-options.js';
import { ensureThere } from '../ensure-host.js';
import { byRole, entriesFor } from '../entries-for.js';
import { PROJECT } from '../paths.js';
import { readyJob } from '../ready-job.js';

/** The options of what a lab's hosts boot. */
export interface PartOptions extends Omit<ChoiceOptions, 'kernel' | 'out'> {
  /** Missing: the topology's. */
  readonly kernel?: string;
  readonly json: boolean;
}

interface Means {
  readonly cache: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Parts {
  /** Version of the iptables recipe. */
  readonly iptables: string;
  readonly machine: Pick<
    LabOrder,
    'kernel' | 'initrd' | 'userlands' | 'panicNow' | 'card' | 'accelerator'
  >;
  /** Back ends that the iptables of the hosts has. */
  readonly backends: readonly Backend[];
}

/**
 * What the hosts of a topology boot, made where the store does not have it.
 *
 * @throws Failed `not-applicable` where a host's programs do not run on the kernel
 */
export async function partsFor(
  topology: Topology,
  options: PartOptions,
  { cache, signal, say }: Means,
): Promise<Parts> {
  const kernel = options.kernel ?? topology.kernel;
  const userlands = await userlandsOf(topology, await loadLinuxRecipe(PROJECT, kernel));
  const job = await readyJob({ ...options, kernel }, { cache, signal, boots: true });
  const { era } = job.chosen.linux;
  if (userlands.length > 0) await ensureThere(USERLAND, options, signal);
  const { plan, needs } = labPlan(job.plan, userlands);
  const means = { cache, signal, jobs: options.jobs, logs: join(cache, 'lab-logs'), say };
  const entries = await entriesFor({ needs }, { ...job, plan }, means);
  const ctx = { taskId: 'lab', needs: byRole(needs, entries) };
  return {
    machine: {
      kernel: await kernelIn(ctx),
      initrd: join(need(ctx, 'image').dir, 'initramfs.cpio.gz'),
      userlands: Object.fromEntries(
        userlands.map(({ name }) => [
          name,
          join(need(ctx, userlandTask(name)).dir, 'root.squashfs'),
        ]),
      ),
      panicNow: era.panicNow,
      ...(era.card === undefined ? {} : { card: era.card }),
      accelerator: (await calibrate(cache, signal)).accelerator,
    },
    iptables: job.chosen.iptables.version,
    backends: job.chosen.iptables.backends,
  };
}

/** The userlands that hosts of a topology have. @throws Failed `not-applicable` for a kernel too old for them */
async function userlandsOf(
  { name, hosts }: Topology,
  { version, era }: LinuxRecipe,
): Promise<UserlandRecipe[]> {
  const names = new Set(hosts.flatMap(({ userland }) => userland ?? []));
  if (names.size > 0 && era.userland === 'musl') {
    throw new Failed({
      reason: 'not-applicable',
      message: `hosts of ${name} have Debian's programs, whose C library does not run on linux ${version}`,
      hints: ['take a newer --kernel, or a topology whose hosts have no userland: guide'],
    });
  }
  return Promise.all([...names].map((each) => loadUserland(PROJECT, each)));
}
