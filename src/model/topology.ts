// SPDX-License-Identifier: GPL-2.0-only
import type { ProjectFile } from './recipe.js';

/** A network card of a lab's host. */
export interface Card {
  /** What Linux calls it; a host's cards are numbered in the recipe's order. */
  readonly device: string;
  /** Name of the link that it is on. */
  readonly link: string;
  /** Follows from the address: the same each time, and easy to tell in a capture. */
  readonly mac: string;
  readonly address: string;
  /** Bits of the address that are the network's. */
  readonly prefix: number;
}

export interface Route {
  /** A network such as `192.168.2.0/24`, or `default`. */
  readonly to: string;
  /** Address of a host that forwards. */
  readonly via: string;
}

/** A virtual machine of a lab. */
export interface Host {
  readonly name: string;
  /** Version of a kernel's recipe of its own; missing where it boots what the others do. */
  readonly kernel?: string;
  readonly memoryMiB: number;
  /** Name of the userland's recipe; missing for the small programs of a guest. */
  readonly userland?: string;
  /** It passes packets on from one link to another. */
  readonly forwards: boolean;
  readonly cards: readonly Card[];
  readonly routes: readonly Route[];
}

/** A piece of Ethernet that joins hosts, and nothing else. */
export interface Link {
  readonly name: string;
  /** Its IPv4 network, such as `192.168.1.0/24`. */
  readonly network: string;
}

/** Hosts and how they are joined. */
export interface Topology {
  readonly kind: 'topology';
  readonly name: string;
  readonly summary: string;
  readonly file: ProjectFile;
  /** Version of the kernel's recipe, where nobody asks for another. */
  readonly kernel: string;
  readonly links: readonly Link[];
  readonly hosts: readonly Host[];
}

/**
 * The kernels of hosts, each with the hosts that boot it, in the order in which they are met.
 *
 * @param otherwise version of the recipe that hosts without a kernel of their own boot
 */
export function hostsByKernel(
  hosts: readonly Host[],
  otherwise: string,
): ReadonlyMap<string, readonly Host[]> {
  const met = new Map<string, Host[]>();
  for (const host of hosts) {
    const kernel = host.kernel ?? otherwise;
    met.set(kernel, [...(met.get(kernel) ?? []), host]);
  }
  return met;
}
