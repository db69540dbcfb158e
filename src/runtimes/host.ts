// SPDX-License-Identifier: GPL-2.0-only
import { homedir } from 'node:os';
import { exec } from '../host/exec.js';
import { withTerminal } from '../host/terminal.js';
import { Failed } from '../model/failure.js';
import type { BuildCommand, Builder, Runtime, TerminalCommand } from '../model/runtime.js';
import { BWRAP, findJail, type Bounds, type Jail } from './confine.js';
import { commandEnv } from './environment.js';
import { toolsOfHost } from './jail-root.js';
import { hostToolchain } from './toolchain.js';

/**
 * Builds with the machine's own compiler, in the tightest jail the machine allows.
 *
 * @param cache the store's root, which commands may read
 */
export async function hostBuilder(cache: string): Promise<Builder> {
  const [jail, toolchain, root] = await Promise.all([findJail(), hostToolchain(), toolsOfHost()]);
  const shown = { root, home: homedir(), readable: [cache] };
  const runtime: Runtime = {
    name: 'host',
    toolchain,
    confinement: jail.confinement,
    async run(command: BuildCommand) {
      const bounds = { ...shown, writable: command.writable, cwd: command.cwd };
      await exec(jail.wrap(command.argv, bounds), {
        cwd: command.cwd,
        env: commandEnv(command),
        signal: command.signal,
        log: command.log,
        capture: false,
        ...(command.onLine === undefined ? {} : { onLine: command.onLine }),
      });
    },
    terminal: (command) => lendTerminal(jail, command, shown),
  };
  return {
    name: 'host',
    confinement: jail.confinement,
    why: 'its own tools compile',
    toolchain,
    open: () => Promise.resolve(runtime),
  };
}

async function lendTerminal(
  jail: Jail,
  command: TerminalCommand,
  shown: Pick<Bounds, 'root' | 'home' | 'readable'>,
): Promise<number> {
  const { argv, cwd, signal, writable: laid } = command;
  if (jail !== BWRAP && Object.entries(laid).some(([at, from]) => at !== from)) {
    throw new Failed({
      reason: 'host-lacks',
      message: 'without bubblewrap the build folder cannot be lent to a shell',
      hints: ['install the package bubblewrap; user namespaces have to be allowed'],
    });
  }
  const bounds = { ...shown, writable: [], laid, cwd, terminal: true };
  return await withTerminal(jail.wrap(argv, bounds), { cwd, env: commandEnv(command), signal });
}
