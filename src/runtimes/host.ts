// SPDX-License-Identifier: GPL-2.0-only
import { homedir } from 'node:os';
import { exec } from '../host/exec.js';
import type { BuildCommand, Builder, Runtime } from '../model/runtime.js';
import { findJail } from './confine.js';
import { commandEnv } from './environment.js';
import { hostToolchain } from './toolchain.js';

/**
 * Builds with the machine's own compiler, in the tightest jail the machine allows.
 *
 * @param cache the store's root, which commands may read
 */
export async function hostBuilder(cache: string): Promise<Builder> {
  const [jail, toolchain] = await Promise.all([findJail(), hostToolchain()]);
  const home = homedir();
  const runtime: Runtime = {
    name: 'host',
    toolchain,
    confinement: jail.confinement,
    async run(command: BuildCommand) {
      const bounds = { home, readable: [cache], writable: command.writable, cwd: command.cwd };
      await exec(jail.wrap(command.argv, bounds), {
        cwd: command.cwd,
        env: commandEnv(command),
        signal: command.signal,
        log: command.log,
        capture: false,
        ...(command.onLine === undefined ? {} : { onLine: command.onLine }),
      });
    },
  };
  return {
    name: 'host',
    confinement: jail.confinement,
    why: 'compiles with the tools of this machine',
    toolchain,
    open: () => Promise.resolve(runtime),
  };
}
