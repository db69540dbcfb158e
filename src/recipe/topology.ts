// SPDX-License-Identifier: GPL-2.0-only
import type { Host, Topology } from '../model/topology.js';
import { realRoot } from './directory.js';
import { macOf, networkOf } from './ipv4.js';
import { loadLinuxRecipe } from './linux.js';
import { readRecipe } from './read.js';
import type { References } from './references.js';
import { refused } from './refuse.js';
import { topologySchema, type TopologyWords } from './schema/topology.js';
import { findFaults } from './topology-faults.js';

/**
 * A lab's topology, checked: every address is of its link, every route leads through a host that
 * forwards.
 *
 * @param projectRoot the project's folder
 * @param name as the user typed it; need not be well-formed
 * @throws Failed `unknown-recipe` with suggestions, `recipe-invalid` with all faults and their places
 */
export async function loadTopology(projectRoot: string, name: string): Promise<Topology> {
  const root = await realRoot(projectRoot);
  const { words, file, references } = await readRecipe(root, 'topology', name, topologySchema);
  await references.recipe('linux', words.kernel, ['kernel']);
  for (const [host, { kernel, userland }] of Object.entries(words.hosts)) {
    const path = ['hosts', host];
    if (kernel !== undefined) await references.recipe('linux', kernel, [...path, 'kernel']);
    if (userland !== undefined)
      await references.recipe('userland', userland, [...path, 'userland']);
  }
  findFaults(words, (path, message, hint) => {
    references.complain(path, message, hint);
  });
  if (references.faults.length > 0) throw refused(references.faults);
  await refuseTooOld(root, words.hosts, references);
  return {
    kind: 'topology',
    name,
    summary: words.summary,
    file,
    kernel: words.kernel,
    links: Object.entries(words.links).map(([link, network]) => ({ name: link, network })),
    hosts: Object.entries(words.hosts).map(([host, one]) => toHost(host, one, words.links)),
  };
}

/** A host's own kernel has to be one that its programs run on. @throws Failed `recipe-invalid` */
async function refuseTooOld(
  root: string,
  hosts: TopologyWords['hosts'],
  references: References,
): Promise<void> {
  for (const [host, { kernel, userland }] of Object.entries(hosts)) {
    if (kernel === undefined || userland === undefined) continue;
    const { era } = await loadLinuxRecipe(root, kernel);
    if (era.userland !== 'musl') continue;
    references.complain(
      ['hosts', host, 'userland'],
      `the programs of ${userland} need a C library that does not run on linux ${kernel}`,
      `leave userland out, or give ${host} a newer kernel`,
    );
  }
  if (references.faults.length > 0) throw refused(references.faults);
}

function toHost(
  name: string,
  words: TopologyWords['hosts'][string],
  links: TopologyWords['links'],
): Host {
  return {
    name,
    ...(words.kernel === undefined ? {} : { kernel: words.kernel }),
    memoryMiB: words['memory-mib'],
    ...(words.userland === undefined ? {} : { userland: words.userland }),
    forwards: words.forwards,
    cards: Object.entries(words.on).map(([link, address], index) => ({
      device: `eth${String(index)}`,
      link,
      mac: macOf(address),
      address,
      prefix: networkOf(links[link] ?? '').prefix,
    })),
    routes: Object.entries(words.routes ?? {}).map(([to, via]) => ({ to, via })),
  };
}
