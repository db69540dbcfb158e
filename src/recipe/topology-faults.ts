// SPDX-License-Identifier: GPL-2.0-only
import { ipv4, isHostOf, networkOf } from './ipv4.js';
import type { TopologyWords } from './schema/topology.js';
import type { Path } from './yaml.js';

/** Notes a fault at the value that a path leads to. */
type Complain = (path: Path, message: string, hint?: string) => void;

/** A lab is a few machines; each of them is a process with a processor to emulate. */
const MOST = 16;

/** What a topology's schema cannot say: complains of all that does not fit together. */
export function findFaults(words: TopologyWords, complain: Complain): void {
  for (const list of ['links', 'hosts'] as const) {
    const count = Object.keys(words[list]).length;
    if (count === 0) complain([list], `a topology without ${list}`);
    if (count > MOST) complain([list], `more than ${String(MOST)} ${list}`);
  }
  linkFaults(words, complain);
  addressFaults(words, complain);
  routeFaults(words, complain);
}

function linkFaults({ links }: TopologyWords, complain: Complain): void {
  const seen: { readonly name: string; readonly text: string }[] = [];
  for (const [name, text] of Object.entries(links)) {
    exactNetwork(text, ['links', name], complain);
    const twin = seen.find((other) => overlap(other.text, text));
    if (twin !== undefined) {
      complain(['links', name], `the network of ${name} has addresses of ${twin.name}'s`);
    }
    seen.push({ name, text });
  }
}

function exactNetwork(text: string, path: Path, complain: Complain): void {
  if (networkOf(text).exact) return;
  complain(path, `${text} is an address in a network`, 'write the first address of the network');
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [networkOf(one), networkOf(other)];
  return a.first <= b.last && b.first <= a.last;
}

function addressFaults({ links, hosts }: TopologyWords, complain: Complain): void {
  const owners = new Map<string, string>();
  for (const [name, { on }] of Object.entries(hosts)) {
    if (Object.keys(on).length === 0) complain(['hosts', name, 'on'], `${name} is on no link`);
    for (const [link, address] of Object.entries(on)) {
      const path = ['hosts', name, 'on', link];
      const network = links[link];
      if (network === undefined) {
        complain(path, `there is no link ${link}`, `there is: ${Object.keys(links).join(', ')}`);
      } else if (!isHostOf(ipv4(address), networkOf(network))) {
        complain(path, `${address} is no host's address in ${network}, the network of ${link}`);
      }
      const owner = owners.get(address);
      if (owner !== undefined) complain(path, `${address} is ${owner}'s address already`);
      owners.set(address, name);
    }
  }
}

function routeFaults({ links, hosts }: TopologyWords, complain: Complain): void {
  for (const [name, { on, routes = {} }] of Object.entries(hosts)) {
    // Where a link is wrong, what leads over it cannot be right.
    if (!Object.keys(on).every((link) => link in links)) continue;
    for (const [to, via] of Object.entries(routes)) {
      const path = ['hosts', name, 'routes', to];
      if (to !== 'default') exactNetwork(to, path, complain);
      const gateway = Object.entries(hosts).find(([, other]) =>
        Object.entries(other.on).some(([link, address]) => address === via && link in on),
      );
      if (gateway === undefined) {
        complain(path, `no host has the address ${via} on a link of ${name}`);
      } else if (!gateway[1].forwards) {
        const hint = `let it forward: add "forwards: true" below hosts.${gateway[0]}`;
        complain(path, `${gateway[0]}, which has the address ${via}, does not forward`, hint);
      }
    }
  }
}
