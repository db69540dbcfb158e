// SPDX-License-Identifier: GPL-2.0-only
import { InvalidArgumentError, type Command } from 'commander';
import { Failed } from '../../model/failure.js';
import type { Topology } from '../../model/topology.js';
import { loadLinuxRecipe } from '../../recipe/index.js';
import { PROJECT } from '../paths.js';

/** Kernels of some hosts, by the hosts' names. */
export type HostKernels = Readonly<Record<string, string>>;

/** Adds the option that gives hosts kernels of their own. */
export function addHostKernelOption(command: Command): Command {
  return command.option(
    '--host-kernel <host=version>',
    'kernel recipe of this host, whatever the others boot (repeatable)',
    collect,
    {},
  );
}

/**
 * Topologies whose hosts have the kernels that somebody asks for, in place of those that their recipes name.
 *
 * @throws Failed `usage` for a host that none of them has, `unknown-recipe` for a kernel that nobody knows; both
 *   name the option's word
 */
export async function withHostKernels(
  topologies: readonly Topology[],
  kernels: HostKernels,
): Promise<Topology[]> {
  const known = new Set(topologies.flatMap(({ hosts }) => hosts.map(({ name }) => name)));
  for (const [host, kernel] of Object.entries(kernels)) {
    const word = `--host-kernel ${host}=${kernel}`;
    if (!known.has(host)) {
      const hints = [`its hosts: ${[...known].join(', ')}`];
      throw new Failed({ reason: 'usage', message: `${word}: the lab has no host ${host}`, hints });
    }
    await loadLinuxRecipe(PROJECT, kernel).catch((error: unknown) => {
      if (!(error instanceof Failed)) throw error;
      const { failure } = error;
      throw new Failed({ ...failure, message: `${word}: ${failure.message}` });
    });
  }
  const own = new Map(Object.entries(kernels));
  return topologies.map((topology) => ({
    ...topology,
    hosts: topology.hosts.map((host) => {
      const kernel = own.get(host.name);
      return kernel === undefined ? host : { ...host, kernel };
    }),
  }));
}

/** The option's words, once more. */
export function hostKernelWords(kernels: HostKernels): string[] {
  return Object.entries(kernels).flatMap(([host, kernel]) => [
    '--host-kernel',
    `${host}=${kernel}`,
  ]);
}

function collect(value: string, known: HostKernels): HostKernels {
  const [, host, kernel] = /^([^\s=]+)=(\S+)$/.exec(value) ?? [];
  if (host === undefined || kernel === undefined) {
    throw new InvalidArgumentError('write it as HOST=VERSION, for example node3=2.6.32.');
  }
  return { ...known, [host]: kernel };
}
