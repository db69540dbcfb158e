// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { USERLAND } from '../../engine/preflight.js';
import type { Boot, LabOrder } from '../../lab/messages.js';
import { Failed } from '../../model/failure.js';
import type { UserlandRecipe } from '../../model/recipe.js';
import type { Backend } from '../../model/scenario.js';
import { hostsByKernel, type Host, type Topology } from '../../model/topology.js';
import { labPlan, userlandTask } from '../../plan/lab.js';
import { loadLinuxRecipe, loadUserland } from '../../recipe/index.js';
import { kernelIn } from '../../steps/boot.js';
import { need } from '../../steps/needs.js';
import { calibrate } from '../../vm/calibrate.js';
import type { ChoiceOptions } from '../build-options.js';
import { ensureThere } from '../ensure-host.js';
import { byRole, entriesFor } from '../entries-for.js';
import type { Job } from '../job.js';
import { PROJECT } from '../paths.js';
import { readyJob } from '../ready-job.js';
import { sourcesFor } from './kernel-sources.js';

/** The options of what a lab's hosts boot. */
export interface PartOptions extends Omit<ChoiceOptions, 'kernel' | 'out'> {
  /** That of hosts without one of their own. Missing: the topology's. */
  readonly kernel?: string;
  readonly json: boolean;
}

interface Means {
  readonly cache: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** What a host has, as recipes call it. */
interface HostParts {
  /** Version of the kernel's recipe. */
  readonly kernel: string;
  /** Version of the iptables recipe. */
  readonly iptables: string;
  /** Back ends that this iptables has. */
  readonly backends: readonly Backend[];
}

export interface Parts {
  /** By the host's name. */
  readonly hosts: Readonly<Record<string, HostParts>>;
  readonly machines: Required<Pick<LabOrder, 'boots' | 'userlands' | 'accelerator'>>;
}

/** Hosts of one kernel, and the job that builds what they boot. */
interface Group {
  readonly hosts: readonly Host[];
  readonly userlands: readonly UserlandRecipe[];
  readonly job: Job;
}

/**
 * What the hosts of a topology boot, made where the store does not have it, for each kernel by a plan of its own. That
 * a kernel cannot be had is told before anything is made for another.
 *
 * @throws Failed `not-applicable` where a host's programs do not run on its kernel
 */
export async function partsFor(
  topology: Topology,
  options: PartOptions,
  { cache, signal, say }: Means,
): Promise<Parts> {
  const groups: Group[] = [];
  for (const [kernel, hosts] of hostsByKernel(topology.hosts, options.kernel ?? topology.kernel)) {
    const userlands = await userlandsOf(hosts, kernel);
    const own = { ...options, kernel, source: sourcesFor(kernel, options.source) };
    const job = await readyJob(own, { cache, signal, boots: true });
    if (userlands.length > 0) await ensureThere(USERLAND, options, signal);
    groups.push({ hosts, userlands, job });
  }
  const parts: Record<string, HostParts> = {};
  const boots: Record<string, Boot> = {};
  const disks: Record<string, string> = {};
  const means = { cache, signal, jobs: options.jobs, logs: join(cache, 'lab-logs'), say };
  for (const group of groups) {
    const { boot, userlands } = await made(group, means);
    Object.assign(disks, userlands);
    const { linux, iptables } = group.job.chosen;
    for (const { name } of group.hosts) {
      boots[name] = boot;
      parts[name] = {
        ...{ kernel: linux.version, iptables: iptables.version },
        backends: iptables.backends,
      };
    }
  }
  const { accelerator } = await calibrate(cache, signal);
  return { hosts: parts, machines: { boots, userlands: disks, accelerator } };
}

/** What hosts of one kernel boot, and the file systems with their programs, by the userlands' names. */
async function made(
  { userlands, job }: Group,
  means: Parameters<typeof entriesFor>[2],
): Promise<{ readonly boot: Boot; readonly userlands: Readonly<Record<string, string>> }> {
  const { version, era } = job.chosen.linux;
  const { plan, needs } = labPlan(job.plan, userlands);
  const entries = await entriesFor({ needs }, { ...job, plan }, means);
  const ctx = { taskId: 'lab', needs: byRole(needs, entries) };
  const disk = ({ name }: UserlandRecipe): string =>
    join(need(ctx, userlandTask(name)).dir, 'root.squashfs');
  return {
    boot: {
      version,
      kernel: await kernelIn(ctx),
      initrd: join(need(ctx, 'image').dir, 'initramfs.cpio.gz'),
      panicNow: era.panicNow,
      ...(era.card === undefined ? {} : { card: era.card }),
    },
    userlands: Object.fromEntries(userlands.map((one) => [one.name, disk(one)])),
  };
}

/** The userlands that hosts have. @throws Failed `not-applicable` for a kernel too old for them */
async function userlandsOf(hosts: readonly Host[], kernel: string): Promise<UserlandRecipe[]> {
  const { version, era } = await loadLinuxRecipe(PROJECT, kernel);
  const having = hosts.filter(({ userland }) => userland !== undefined);
  if (having.length > 0 && era.userland === 'musl') {
    const names = having.map(({ name }) => name).join(' and ');
    throw new Failed({
      reason: 'not-applicable',
      message: `${names} with Debian's programs: their C library does not run on linux ${version}`,
      hints: [
        `take a newer --kernel, or --host-kernel ${having[0]?.name ?? ''}=VERSION`,
        'or a topology whose hosts have no userland: guide',
      ],
    });
  }
  const names = new Set(having.flatMap(({ userland }) => userland ?? []));
  return Promise.all([...names].map((each) => loadUserland(PROJECT, each)));
}
