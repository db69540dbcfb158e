// SPDX-License-Identifier: GPL-2.0-only
import { join, resolve } from 'node:path';
import { IMAGING, USERLAND } from '../../engine/preflight.js';
import { libvirtDomain } from '../../formats/libvirt.js';
import { writeSeed } from '../../formats/seed.js';
import { writeAtomically } from '../../host/files.js';
import { Failed } from '../../model/failure.js';
import { diskPlan } from '../../plan/disk.js';
import { loadLinuxRecipe, loadUserland } from '../../recipe/index.js';
import { ensureThere } from '../ensure-host.js';
import { imagingFacts } from '../host-facts.js';
import { PROJECT, storeRoot } from '../paths.js';
import { readyJob } from '../ready-job.js';
import { writeLine } from '../screen.js';
import { deliver } from './deliver.js';
import { diskParams, identityOf } from './inputs.js';
import type { DiskOptions } from './options.js';
import { putBox, refuseNoBox } from './vagrant.js';

/**
 * Makes a disk and what was asked for beside it, and says where they are.
 *
 * @throws Failed `usage`, `not-applicable` for a kernel that is too old, and as a build
 */
export async function makeDisk(options: DiskOptions, signal: AbortSignal): Promise<void> {
  const cache = storeRoot(process.env);
  const { kernel, format, jobs } = options;
  const out = resolve(options.out ?? join('out', `${kernel}.${format}`));
  refuseNoBox(options);
  const params = await diskParams(options);
  const userland =
    options.userland === undefined ? undefined : await loadUserland(PROJECT, options.userland);
  const { era } = await loadLinuxRecipe(PROJECT, kernel);
  if (era.userland === 'musl') throw noLogin(kernel);
  const tools = [...IMAGING, ...(userland === undefined ? [] : USERLAND)];
  await ensureThere(tools, options, signal);
  const job = await readyJob(options, { cache, signal, boots: false });
  const { plan, disk } = diskPlan(job.plan, params, await imagingFacts(), userland);
  const wanted = { task: disk.id, file: `disk.${format}`, what: 'disk', out };
  await deliver(wanted, { ...job, plan }, { cache, jobs, signal });
  writeLine(`Disk: ${out}`);
  if (options.seed) {
    const volume = `${out.replace(/\.[^./]+$/, '')}.seed.img`;
    await writeSeed(await identityOf(options), volume, signal);
    writeLine(`Seed: ${volume}, a second disk of virtio for the machine`);
  }
  if (options.vagrant) await putBox(out, options, signal);
  if (!options.libvirt) return;
  const domain = `${out.replace(/\.[^./]+$/, '')}.xml`;
  await writeAtomically(domain, libvirtDomain({ name: options.hostname, disk: out, format }));
  writeLine(`Domain: ${domain}. Next: virsh create ${domain}`);
}

function noLogin(kernel: string): Failed {
  return new Failed({
    reason: 'not-applicable',
    message: `no disk is made of linux ${kernel}: the small userland of its guests has no login, and Debian's C library does not run on it`,
    hints: ['take a newer kernel, such as 6.1'],
  });
}
