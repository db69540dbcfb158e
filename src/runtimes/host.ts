// SPDX-License-Identifier: GPL-2.0-only
import { homedir } from 'node:os';
import { exec } from '../host/exec.js';
import type { BuildCommand, Runtime } from '../model/runtime.js';
import { findJail } from './confine.js';
import { hostToolchain } from './toolchain.js';

/** PATH of a confined command: the distribution's own tools, nothing of the user's. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Builds with the machine's own compiler, in the tightest jail the machine allows.
 *
 * @param cache the store's root, which commands may read
 */
export async function hostRuntime(cache: string): Promise<Runtime> {
  const [jail, toolchain] = await Promise.all([findJail(), hostToolchain()]);
  const home = homedir();
  return {
    name: 'host',
    toolchain,
    confinement: jail.confinement,
    async run(command: BuildCommand) {
      const bounds = { home, readable: [cache], writable: command.writable, cwd: command.cwd };
      await exec(jail.wrap(command.argv, bounds), {
        cwd: command.cwd,
        env: { LC_ALL: 'C', TZ: 'UTC', ...command.env, PATH: SYSTEM_PATH, HOME: '/nonexistent' },
        signal: command.signal,
        log: command.log,
        capture: false,
        ...(command.onLine === undefined ? {} : { onLine: command.onLine }),
      });
    },
  };
}
