// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { exec } from '../host/exec.js';
import { withTerminal } from '../host/terminal.js';
import { Failed } from '../model/failure.js';
import type { BuildCommand, Builder, Runtime, Workshop } from '../model/runtime.js';
import { BWRAP, findJail } from './confine.js';
import { commandEnv } from './environment.js';
import { rootOf } from './jail-root.js';

/**
 * Builds in a toolchain's root, with bubblewrap's namespaces around it.
 *
 * @param readable directories that commands may read at their own paths, such as the store
 * @throws Failed `host-lacks` where bubblewrap cannot make namespaces
 */
export async function chrootBuilder(readable: readonly string[]): Promise<Builder> {
  const jail = await findJail();
  if (jail !== BWRAP) {
    throw new Failed({
      reason: 'host-lacks',
      message: 'bubblewrap, which the builder chroot needs, does not work here',
      hints: ['install the package bubblewrap; user namespaces have to be allowed'],
    });
  }
  const { confinement } = jail;
  return {
    name: 'chroot',
    confinement,
    why: 'bubblewrap works here',
    open: (workshop) => runtimeOver(needed(workshop), confinement, readable),
  };
}

function needed(workshop: Workshop | undefined): Workshop {
  if (workshop === undefined) throw new Error('a builder with a root was opened without one');
  return workshop;
}

async function runtimeOver(
  { toolchain }: Workshop,
  confinement: Runtime['confinement'],
  readable: readonly string[],
): Promise<Runtime> {
  const root = await rootOf(join(toolchain.dir, 'root'));
  return {
    name: 'chroot',
    toolchain: toolchain.manifest.facts['versions'] as Runtime['toolchain'],
    confinement,
    async run(command: BuildCommand) {
      const { writable, cwd } = command;
      const bounds = { root, home: '/', readable, writable, cwd };
      await exec(BWRAP.wrap(command.argv, bounds), {
        env: commandEnv(command),
        signal: command.signal,
        log: command.log,
        capture: false,
        ...(command.onLine === undefined ? {} : { onLine: command.onLine }),
      });
    },
    terminal(command) {
      const { argv, cwd, signal, writable: laid } = command;
      const bounds = { root, home: '/', readable, writable: [], laid, cwd, terminal: true };
      return withTerminal(BWRAP.wrap(argv, bounds), { env: commandEnv(command), signal });
    },
  };
}
