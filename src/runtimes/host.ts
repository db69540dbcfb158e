// SPDX-License-Identifier: GPL-2.0-only
import { homedir } from 'node:os';
import type { Builder, Runtime } from '../model/runtime.js';
import { toolsOfHost } from './jail-root.js';
import { findCell, lendTerminal, runConfined } from './jail-run.js';
import type { LimitOptions } from './limits.js';
import { hostToolchain } from './toolchain.js';

/**
 * Builds with the machine's own compiler, in the tightest jail the machine allows.
 *
 * @param cache the store's root, which commands may read
 */
export async function hostBuilder(cache: string, limits: LimitOptions): Promise<Builder> {
  const [cell, toolchain, root] = await Promise.all([
    findCell(limits),
    hostToolchain(),
    toolsOfHost(),
  ]);
  const { confinement } = cell;
  const shown = { root, home: homedir(), readable: [cache] };
  const runtime: Runtime = {
    name: 'host',
    toolchain,
    confinement,
    run: (command) => runConfined(cell, command, shown),
    terminal: (command) => lendTerminal(cell, command, shown),
  };
  return {
    name: 'host',
    confinement,
    why: 'its own tools compile',
    toolchain,
    open: () => Promise.resolve(runtime),
  };
}
