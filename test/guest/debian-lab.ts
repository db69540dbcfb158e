// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Boot, LabOrder } from '../../src/lab/messages.js';
import type { StepContext } from '../../src/model/step.js';
import type { ImageParams } from '../../src/model/task.js';
import type { Topology } from '../../src/model/topology.js';
import { image } from '../../src/steps/image.js';
import { calibrate } from '../../src/vm/calibrate.js';
import { packagedKernel } from '../../src/vm/kernel-package.js';
import { debianKernel } from './debian-kernel.js';

const PROJECT = join(import.meta.dirname, '../..');

/** What a step is given, below `root`: an entry for each role, empty unless something was put there before. */
export async function stepAt(
  root: string,
  id: string,
  roles: readonly string[],
): Promise<StepContext> {
  const [out, scratch] = [join(root, id), join(root, `${id}-scratch`)];
  for (const folder of [out, scratch]) await mkdir(folder, { recursive: true });
  return {
    ...{ taskId: id, project: PROJECT, cache: join(root, 'cache'), out, scratch },
    needs: Object.fromEntries(roles.map((role) => [role, { dir: join(root, role) }])),
    log: join(root, `${id}.log`),
    policy: { mirrors: [], offline: false },
    signal: new AbortController().signal,
    progress: () => undefined,
    warn: () => undefined,
  } as unknown as StepContext;
}

/** A lab with Debian's kernel below `root`. Iptables is what a build brings; there is none. */
export async function debianLab(
  root: string,
  topology: Topology,
  own: Pick<ImageParams, 'userland'> = {},
): Promise<LabOrder> {
  const { dir } = await debianKernel(root);
  for (const path of ['match/modules', 'iptables/root', 'lab']) {
    await mkdir(join(root, path), { recursive: true });
  }
  const ctx = await stepAt(root, 'image', ['kernel', 'match', 'iptables']);
  const params = {
    modules: ['nf_conntrack'],
    definitions: [],
    guest: [],
    networked: true,
  } as const;
  await image({ ...params, ...own }, ctx);
  const boot: Boot = {
    ...{ version: 'debian', panicNow: '-1' },
    kernel: (await packagedKernel(dir)).image,
    initrd: join(ctx.out, 'initramfs.cpio.gz'),
  };
  return {
    ...{ name: topology.name, store: root, topology, fresh: false },
    boots: Object.fromEntries(topology.hosts.map(({ name }) => [name, boot])),
    accelerator: (await calibrate(root)).accelerator,
  };
}
