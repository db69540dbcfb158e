// SPDX-License-Identifier: GPL-2.0-only
import type { Host, Topology } from '../model/topology.js';
import { realRoot } from './directory.js';
import { macOf, networkOf } from './ipv4.js';
import { readRecipe } from './read.js';
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
  for (const [host, { userland }] of Object.entries(words.hosts)) {
    if (userland === undefined) continue;
    await references.recipe('userland', userland, ['hosts', host, 'userland']);
  }
  findFaults(words, (path, message, hint) => {
    references.complain(path, message, hint);
  });
  if (references.faults.length > 0) throw refused(references.faults);
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

function toHost(
  name: string,
  words: TopologyWords['hosts'][string],
  links: TopologyWords['links'],
): Host {
  return {
    name,
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
