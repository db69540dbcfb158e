// SPDX-License-Identifier: GPL-2.0-only
import { join, resolve } from 'node:path';
import { CONTAINING } from '../../engine/preflight.js';
import { Failed } from '../../model/failure.js';
import { containerPlan } from '../../plan/container.js';
import { loadLinuxRecipe, loadUserland } from '../../recipe/index.js';
import { ensureThere } from '../ensure-host.js';
import { containingFacts } from '../host-facts.js';
import type { Chosen } from '../job.js';
import { PROJECT, storeRoot } from '../paths.js';
import { readyJob } from '../ready-job.js';
import { writeLine } from '../screen.js';
import { VERSION } from '../version.js';
import { deliver } from './deliver.js';
import type { ImageOptions } from './options.js';

/** Whose programs an image has, if nobody says so. */
const USERLAND = 'debian';

/**
 * Makes an image for containers and says where it is.
 *
 * @throws Failed `not-applicable` for a kernel that is too old, and as a build
 */
export async function makeContainer(options: ImageOptions, signal: AbortSignal): Promise<void> {
  const cache = storeRoot(process.env);
  const { kernel, jobs, userland: name = USERLAND } = options;
  const out = resolve(options.out ?? join('out', `${kernel}.oci`));
  const { era } = await loadLinuxRecipe(PROJECT, kernel);
  if (era.userland === 'musl') throw tooOld(kernel);
  const userland = await loadUserland(PROJECT, name);
  await ensureThere(CONTAINING, options, signal);
  const job = await readyJob(options, { cache, signal, boots: false });
  const params = {
    reference: `localhost/l7build:${kernel}`,
    labels: labelsOf(job.chosen, name, options),
  };
  const { plan, container } = containerPlan(job.plan, params, await containingFacts(), userland);
  const wanted = { task: container.id, file: 'image.oci.tar', what: 'image', out };
  await deliver(wanted, { ...job, plan }, { cache, jobs, signal });
  writeLine(`Image ${params.reference}: ${out}. Next: podman load -i ${out}`);
}

/** The keys are those of https://github.com/opencontainers/image-spec/blob/main/annotations.md, and ours. */
function labelsOf(
  { linux, iptables }: Chosen,
  userland: string,
  { protocols = linux.protocols }: ImageOptions,
): Record<string, string> {
  const what = `iptables ${iptables.version} with the layer7 match`;
  return {
    'org.opencontainers.image.title': 'l7build',
    'org.opencontainers.image.description': `${what}, and protocol definitions`,
    'org.opencontainers.image.version': VERSION,
    'l7build.kernel': linux.version,
    'l7build.iptables': iptables.version,
    'l7build.protocols': protocols.join(),
    'l7build.userland': userland,
  };
}

function tooOld(kernel: string): Failed {
  return new Failed({
    reason: 'not-applicable',
    message: `no image for containers is made with linux ${kernel}: its iptables knows only the match of its time, and no engine runs on it`,
    hints: ['take a newer kernel, such as 6.1'],
  });
}
