// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';
import type { BuilderName, Builder } from '../model/runtime.js';
import { chrootBuilder } from './chroot.js';
import { engineBuilder } from './engine/builder.js';
import { hostBuilder } from './host.js';
import { qemuBuilder } from './vm/builder.js';
import type { LimitOptions } from './limits.js';

/** What a builder has to know of the run. */
export interface BuilderOptions extends LimitOptions {
  /** The store's root, which commands may read. */
  readonly cache: string;
}

/** Builders that exist, by name. A new one is a file beside this and a line here. */
const BUILDERS: Partial<Record<BuilderName, (options: BuilderOptions) => Promise<Builder>>> = {
  host: ({ cache, ...limits }) => hostBuilder(cache, limits),
  chroot: ({ cache, ...limits }) => chrootBuilder(cache, limits),
  podman: ({ cache, ...limits }) => engineBuilder('podman', cache, limits),
  docker: ({ cache, ...limits }) => engineBuilder('docker', cache, limits),
  qemu: ({ cache, ...limits }) => qemuBuilder(cache, limits),
};

/**
 * Opens a builder, which is when it is tried.
 *
 * @throws Failed `not-applicable` for a builder that this version does not have, `host-lacks` for
 *   one that does not work here
 */
export async function openBuilder(name: BuilderName, options: BuilderOptions): Promise<Builder> {
  const open = BUILDERS[name];
  if (open !== undefined) return open(options);
  throw new Failed({
    reason: 'not-applicable',
    message: `the builder ${name} is not in this version`,
    hints: [`builders here: ${Object.keys(BUILDERS).join(', ')}`],
  });
}
