// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { Store } from '../../engine/store.js';
import { findLabs } from '../../lab/client.js';
import { alreadyUp } from '../../lab/failures.js';
import { EXIT, type ExitCode } from '../../model/failure.js';
import { hostsByKernel, type Topology } from '../../model/topology.js';
import { loadTopology } from '../../recipe/index.js';
import { PROJECT } from '../paths.js';
import { writeLine } from '../screen.js';
import { bringUp } from './bring-up.js';
import { withHostKernels, type HostKernels } from './host-kernels.js';
import { refuseStraySources } from './kernel-sources.js';
import { partsFor, type PartOptions } from './parts.js';
import { statusLines } from './status-text.js';

export interface UpOptions extends PartOptions {
  readonly topology: string;
  readonly name?: string;
  readonly hostKernel: HostKernels;
  /** Not from a snapshot. */
  readonly fresh: boolean;
}

/** Builds what the lab's hosts boot, where the store does not have it, and brings the lab up. */
export async function up(
  options: UpOptions,
  cache: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const topology = await topologyFor(options);
  const name = options.name ?? topology.name;
  const labs = await findLabs(cache);
  if (labs.some((lab) => lab.name === name && lab.alive)) throw alreadyUp(name);
  const say = (line: string): void => {
    if (!options.json) writeLine(line);
  };
  // Until the machines have read it, nobody may remove what they boot.
  const status = await new Store(cache).reading(
    async () => {
      const { machines } = await partsFor(topology, options, { cache, signal, say });
      const order = { name, store: cache, topology, ...machines, fresh: options.fresh };
      return bringUp(order, join(cache, 'lab.log'), say, signal);
    },
    { signal },
  );
  if (options.json) writeLine(JSON.stringify({ name, ...status }, null, 2));
  else {
    for (const line of statusLines(status)) writeLine(line);
    const [first] = topology.hosts;
    writeLine(
      `The lab ${name} is up. Next: l7build lab exec ${first?.name ?? ''} -- iptables -L -nv`,
    );
  }
  return EXIT.verified;
}

async function topologyFor(options: UpOptions): Promise<Topology> {
  const { topology: name, hostKernel, kernel, source } = options;
  const topology = await loadTopology(PROJECT, name);
  const [own = topology] = await withHostKernels([topology], hostKernel);
  refuseStraySources(source, hostsByKernel(own.hosts, kernel ?? own.kernel).keys());
  return own;
}
