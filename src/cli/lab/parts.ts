// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import type { LabOrder } from '../../lab/messages.js';
import type { Backend } from '../../model/scenario.js';
import type { Topology } from '../../model/topology.js';
import { labPlan } from '../../plan/lab.js';
import { kernelIn } from '../../steps/boot.js';
import { need } from '../../steps/needs.js';
import { calibrate } from '../../vm/calibrate.js';
import type { ChoiceOptions } from '../build-options.js';
import { byRole, entriesFor } from '../entries-for.js';
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
  readonly machine: Pick<LabOrder, 'kernel' | 'initrd' | 'panicNow' | 'card' | 'accelerator'>;
  /** Back ends that the iptables of the hosts has. */
  readonly backends: readonly Backend[];
}

/** What the hosts of a topology boot, made where the store does not have it. */
export async function partsFor(
  topology: Topology,
  options: PartOptions,
  { cache, signal, say }: Means,
): Promise<Parts> {
  const kernel = options.kernel ?? topology.kernel;
  const job = await readyJob({ ...options, kernel }, { cache, signal, boots: true });
  const { era } = job.chosen.linux;
  const { plan, needs } = labPlan(job.plan);
  const means = { cache, signal, jobs: options.jobs, logs: join(cache, 'lab-logs'), say };
  const entries = await entriesFor({ needs }, { ...job, plan }, means);
  const ctx = { taskId: 'lab', needs: byRole(needs, entries) };
  return {
    machine: {
      kernel: await kernelIn(ctx),
      initrd: join(need(ctx, 'image').dir, 'initramfs.cpio.gz'),
      panicNow: era.panicNow,
      ...(era.card === undefined ? {} : { card: era.card }),
      accelerator: (await calibrate(cache, signal)).accelerator,
    },
    iptables: job.chosen.iptables.version,
    backends: job.chosen.iptables.backends,
  };
}
