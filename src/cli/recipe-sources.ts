// SPDX-License-Identifier: GPL-2.0-only
import type { SourceSpec } from '../model/recipe.js';
import type { Chosen } from './job.js';

/** A source as a recipe has it, with what the recipe calls it. */
interface NamedSource {
  readonly name: string;
  readonly version?: string;
  readonly spec: SourceSpec;
}

/** What recipes bring sources from. */
type Sourced = Pick<Chosen, 'linux' | 'iptables' | 'busybox' | 'fetchedDefinitions'>;

/** The sources of the chosen recipes, by the names that `--source` takes. */
export function recipeSources({
  linux,
  iptables,
  busybox,
  fetchedDefinitions,
}: Sourced): Readonly<Record<string, NamedSource>> {
  const provider = linux.layer7 ?? iptables.layer7;
  return {
    linux: { name: 'linux', version: linux.version, spec: linux.linux },
    iptables: { name: 'iptables', version: iptables.version, spec: iptables.iptables },
    ...(busybox === undefined
      ? {}
      : { busybox: { name: 'busybox', version: busybox.version, spec: busybox.busybox } }),
    ...(provider === undefined ? {} : { layer7: { name: provider.name, spec: provider.layer7 } }),
    ...(fetchedDefinitions === undefined
      ? {}
      : { protocols: { name: fetchedDefinitions.name, spec: fetchedDefinitions.protocols } }),
  };
}

/** True if a publisher's signature is checked. */
export function isSigned(chosen: Sourced): boolean {
  return Object.values(recipeSources(chosen)).some(({ spec }) => 'signature' in spec.source);
}
