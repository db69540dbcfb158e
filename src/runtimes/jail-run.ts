// SPDX-License-Identifier: GPL-2.0-only
import { withTerminal } from '../host/terminal.js';
import { Failed } from '../model/failure.js';
import type { BuildCommand, Confinement, TerminalCommand } from '../model/runtime.js';
import { BWRAP, OPEN, findJail, type Bounds, type Jail } from './confine.js';
import { commandEnv } from './environment.js';
import { findLimiter } from './limit-find.js';
import { execWatched, type Watch } from './limit-watch.js';
import { limitWords } from './limit-words.js';
import { allowance, type Limiter, type LimitOptions } from './limits.js';

/** A jail with limits, both as tight as this machine allows. */
export interface Cell {
  readonly jail: Jail;
  readonly limiter: Limiter;
  readonly confinement: Confinement;
}

/** What a command may see besides what it may write. */
type Shown = Pick<Bounds, 'root' | 'home' | 'readable'>;

/** Finds how commands are kept in here, by trying. */
export async function findCell(options: LimitOptions): Promise<Cell> {
  const jail = await findJail();
  const limiter = await findLimiter(allowance(options), jail !== OPEN);
  const { limits } = limiter;
  const how = `${jail.confinement.how}; limits: ${limitWords(limits)}`;
  return { jail, limiter, confinement: { ...jail.confinement, limits, how } };
}

/**
 * Runs a command in the jail, under the limits, to its end.
 *
 * @throws Failed as exec does; where a limit was met, it is that which is told
 */
export async function runConfined(
  { jail, limiter }: Cell,
  command: BuildCommand,
  shown: Shown,
): Promise<void> {
  const { writable, cwd } = command;
  const held = await limiter.hold();
  const argv = held.around(jail.wrap(held.inside(command.argv), { ...shown, writable, cwd }));
  const watch: Watch = {
    limits: limiter.limits,
    reached: (ended) => held.reached(ended?.details),
  };
  try {
    await execWatched(argv, command, watch, { cwd, env: { ...commandEnv(command), ...held.env } });
  } finally {
    await held.release();
  }
}

/**
 * Lends the caller's terminal to a command in the jail, under the limits.
 *
 * @returns its exit code
 * @throws Failed `host-lacks` when directories are to be laid over others and bubblewrap does not work
 */
export async function lendTerminal(
  { jail, limiter }: Cell,
  { argv, cwd, env, signal, writable: laid }: TerminalCommand,
  shown: Shown,
): Promise<number> {
  if (jail !== BWRAP && Object.entries(laid).some(([at, from]) => at !== from)) {
    throw new Failed({
      reason: 'host-lacks',
      message: 'without bubblewrap the build folder cannot be lent to a shell',
      hints: ['install the package bubblewrap; user namespaces have to be allowed'],
    });
  }
  const held = await limiter.hold();
  const bounds = { ...shown, writable: [], laid, cwd, terminal: true };
  try {
    return await withTerminal(held.around(jail.wrap(held.inside(argv), bounds)), {
      // Inside a root of its own this directory need not be there outside.
      ...(jail === BWRAP ? {} : { cwd }),
      env: { ...commandEnv({ env }), ...held.env },
      signal,
    });
  } finally {
    await held.release();
  }
}
