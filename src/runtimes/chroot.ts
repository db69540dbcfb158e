// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { Failed } from '../model/failure.js';
import type { Builder, Runtime, Workshop } from '../model/runtime.js';
import { BWRAP } from './confine.js';
import { rootOf } from './jail-root.js';
import { findCell, lendTerminal, runConfined, type Cell } from './jail-run.js';
import type { LimitOptions } from './limits.js';
import { needed, versionsOf } from './workshop.js';

/**
 * Builds in a toolchain's root, with bubblewrap's namespaces around it.
 *
 * @param cache the store's root, which commands may read at its own path
 * @throws Failed `host-lacks` where bubblewrap cannot make namespaces
 */
export async function chrootBuilder(cache: string, limits: LimitOptions): Promise<Builder> {
  const cell = await findCell(limits);
  if (cell.jail !== BWRAP) {
    throw new Failed({
      reason: 'host-lacks',
      message: 'bubblewrap, which the builder chroot needs, does not work here',
      hints: ['install the package bubblewrap; user namespaces have to be allowed'],
    });
  }
  return {
    name: 'chroot',
    confinement: cell.confinement,
    why: 'bubblewrap works here',
    open: (workshop) => runtimeOver(needed(workshop), cell, cache),
  };
}

async function runtimeOver({ toolchain }: Workshop, cell: Cell, cache: string): Promise<Runtime> {
  const root = await rootOf(join(toolchain.dir, 'root'));
  const shown = { root, home: '/', readable: [cache] };
  return {
    name: 'chroot',
    toolchain: versionsOf(toolchain),
    confinement: cell.confinement,
    run: (command) => runConfined(cell, command, shown),
    terminal: (command) => lendTerminal(cell, command, shown),
  };
}
