// SPDX-License-Identifier: GPL-2.0-only
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownEnvironment } from '../../host/environment.js';
import { withTerminal } from '../../host/terminal.js';
import type {
  BuildCommand,
  Builder,
  Confinement,
  EngineName,
  Limits,
  Runtime,
  Workshop,
} from '../../model/runtime.js';
import type { Entry } from '../../model/store.js';
import { commandEnv } from '../environment.js';
import { limitWords } from '../limit-words.js';
import type { LimitOptions } from '../limits.js';
import { needed, versionsOf } from '../workshop.js';
import { engineArgv, runArgv, withEnv, type Container, type Engine } from './argv.js';
import { guarded, sweep } from './guard.js';
import { ensureImage } from './image.js';
import { mannerWords } from './manner.js';
import { ownedName } from '../owner.js';
import { preflight, type Preflight } from './preflight.js';
import { belowFirst, runContained } from './run.js';

/**
 * Builds in containers of podman or docker, with a toolchain's root as their root.
 *
 * @param cache the store's root, which commands may read
 * @throws Failed `host-lacks` where the engine is missing or runs no container here
 */
export async function engineBuilder(
  name: EngineName,
  cache: string,
  limits: LimitOptions,
): Promise<Builder> {
  const flight = await preflight(name, cache, limits);
  const { engine } = flight;
  await sweep(engineArgv(engine));
  const confinement = confinementOf(flight);
  return {
    name,
    confinement,
    why: whyOf(flight),
    open: (workshop) =>
      Promise.resolve(runtimeOver(needed(workshop), { engine, confinement, cache })),
  };
}

/** What was found, in words for people. */
export function whyOf({ engine, version, found }: Preflight): string {
  const words = mannerWords(engine.manner);
  const refused = found.refused === undefined ? '' : ` (otherwise: ${found.refused})`;
  return `${engine.name} ${version} ${words === '' ? 'works here' : `with ${words}`}${refused}`;
}

/** What holds of a container, as the preflight saw it. */
export function confinementOf({ engine, found }: Preflight): Confinement {
  const { allowed, name } = engine;
  const { seccomp, memory, processes } = found.holds;
  const limits: Limits = {
    ...(memory ? { memory: allowed.memory } : {}),
    ...(processes ? { processes: allowed.processes } : {}),
    how:
      memory || processes
        ? `control groups of ${name}`
        : 'no limits: control groups do not hold here',
  };
  const how = [
    `${name}: own network, process, IPC and mount namespaces, no capabilities, no new privileges`,
    seccomp ? "the engine's system call filter" : 'no system call filter',
    'only the work tree is writable',
    `limits: ${limitWords(limits)}`,
  ];
  const root = engine.uid === 0 && name === 'docker';
  return {
    network: 'off',
    filesystem: 'confined',
    user: root ? 'root' : 'unprivileged',
    limits,
    how: how.join('; '),
  };
}

interface Setting {
  readonly engine: Engine;
  readonly confinement: Confinement;
  readonly cache: string;
}

function runtimeOver({ toolchain }: Workshop, setting: Setting): Runtime {
  const { engine, confinement, cache } = setting;
  const prefix = engineArgv(engine);
  const container = async (
    command: Pick<BuildCommand, 'argv' | 'cwd' | 'env' | 'programs' | 'signal'>,
    writable: Container['writable'],
  ): Promise<Container> => ({
    name: await ownedName(),
    root: await rootFor(toolchain, setting, command.signal),
    argv: withEnv(command.argv, commandEnv(command)),
    cwd: command.cwd,
    readable: [cache],
    writable,
  });
  return {
    name: engine.name,
    toolchain: versionsOf(toolchain),
    confinement,
    async run(command) {
      const own = Object.fromEntries(command.writable.map((path) => [path, path]));
      const made = await container(command, own);
      const { limits = { how: '' } } = confinement;
      await runContained(engine, { ...made, argv: belowFirst(made.argv) }, command, limits);
    },
    async terminal(command) {
      const input = process.stdin.isTTY && process.stdout.isTTY ? 'terminal' : 'stream';
      const made = { ...(await container(command, command.writable)), input } as const;
      const { signal } = command;
      // The client's environment is ours: it tells where the engine is.
      return guarded(prefix, made.name, () =>
        withTerminal(runArgv(engine, made), { env: ownEnvironment(), signal }),
      );
    },
  };
}

/**
 * The root in the store, or an image of it: where the engine knows only those, and for a user who may
 * not give files to the owner of the store, as the overlay takes.
 */
async function rootFor(
  toolchain: Entry,
  { engine, cache }: Setting,
  signal: AbortSignal,
): Promise<Container['root']> {
  const folder = join(toolchain.dir, 'root');
  const own = engine.uid === 0 || (await stat(folder)).uid === engine.uid;
  if (engine.manner.root === 'folder' && own) return { folder };
  return { image: await ensureImage(engineArgv(engine), toolchain, { cache, signal }) };
}
