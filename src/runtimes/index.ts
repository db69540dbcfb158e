// SPDX-License-Identifier: GPL-2.0-only
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

/** How each builder is opened. A new one is a file beside this and a line here. */
const BUILDERS: Readonly<Record<BuilderName, (options: BuilderOptions) => Promise<Builder>>> = {
  host: ({ cache, ...limits }) => hostBuilder(cache, limits),
  chroot: ({ cache, ...limits }) => chrootBuilder(cache, limits),
  podman: ({ cache, ...limits }) => engineBuilder('podman', cache, limits),
  docker: ({ cache, ...limits }) => engineBuilder('docker', cache, limits),
  qemu: ({ cache, ...limits }) => qemuBuilder(cache, limits),
};

/**
 * Opens a builder, which is when it is tried.
 *
 * @throws Failed `host-lacks` for one that does not work here
 */
export function openBuilder(name: BuilderName, options: BuilderOptions): Promise<Builder> {
  return BUILDERS[name](options);
}
