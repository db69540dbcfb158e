// SPDX-License-Identifier: GPL-2.0-only
import { exec } from '../host/exec.js';
import { withTerminal } from '../host/terminal.js';
import { Failed } from '../model/failure.js';
import type { BuildCommand, Confinement, TerminalCommand } from '../model/runtime.js';
import { BWRAP, OPEN, findJail, type Bounds, type Jail } from './confine.js';
import { commandEnv } from './environment.js';
import { toolsOfHost } from './jail-root.js';
import { findLimiter } from './limit-find.js';
import { execWatched, type Watch } from './limit-watch.js';
import { limitWords } from './limit-words.js';
import { allowance, type Limiter, type LimitOptions } from './limits.js';
import { syscallFilter } from './syscall-filter.js';

/** A jail with limits, both as tight as this machine allows. */
export interface Cell {
  readonly jail: Jail;
  readonly limiter: Limiter;
  /** System calls are filtered. */
  readonly filtered: boolean;
  readonly confinement: Confinement;
}

/** What a command may see besides what it may write. */
type Shown = Pick<Bounds, 'root' | 'home' | 'readable'>;

/** What makes a command one whose system calls are filtered: the first thing that it is handed. */
const FILTERED = { bounds: { filter: 3 }, handed: [syscallFilter()] } as const;
const UNFILTERED = { bounds: {}, handed: [] } as const;

/** Finds how commands are kept in here, by trying. */
export async function findCell(options: LimitOptions): Promise<Cell> {
  const jail = await findJail();
  const [limiter, filtered] = await Promise.all([
    findLimiter(allowance(options), jail !== OPEN),
    takesFilter(jail),
  ]);
  const { limits } = limiter;
  const calls = filtered ? 'system calls are filtered' : 'no system call filter';
  const how = `${jail.confinement.how}; ${calls}; limits: ${limitWords(limits)}`;
  return { jail, limiter, filtered, confinement: { ...jail.confinement, limits, how } };
}

/** True where a command can be started with the filter of system calls, and then has one. See proc_pid_status(5). */
async function takesFilter(jail: Jail): Promise<boolean> {
  if (jail !== BWRAP || process.arch !== 'x64') return false;
  const root = await toolsOfHost();
  const bounds = { root, home: '/', readable: [], writable: [], cwd: '/', ...FILTERED.bounds };
  const argv = jail.wrap(['cat', '/proc/self/status'], bounds);
  try {
    const { stdout } = await exec(argv, { handed: FILTERED.handed, timeoutMs: 30_000 });
    return /^Seccomp:\s*2$/m.test(stdout);
  } catch (error) {
    if (error instanceof Failed) return false;
    throw error;
  }
}

/**
 * Runs a command in the jail, under the limits, to its end.
 *
 * @throws Failed as exec does; where a limit was met, it is that which is told
 */
export async function runConfined(
  { jail, limiter, filtered }: Cell,
  command: BuildCommand,
  shown: Shown,
): Promise<void> {
  const { writable, cwd } = command;
  const { bounds, handed } = filtered ? FILTERED : UNFILTERED;
  const held = await limiter.hold();
  const inner = jail.wrap(held.inside(command.argv), { ...shown, ...bounds, writable, cwd });
  const watch: Watch = {
    limits: limiter.limits,
    reached: (ended) => held.reached(ended?.details),
  };
  const env = { ...commandEnv(command), ...held.env };
  try {
    await execWatched(held.around(inner), command, watch, { cwd, env, handed });
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
  { jail, limiter, filtered }: Cell,
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
  const { bounds, handed } = filtered ? FILTERED : UNFILTERED;
  const held = await limiter.hold();
  const lent = { ...shown, ...bounds, writable: [], laid, cwd, terminal: true };
  try {
    return await withTerminal(held.around(jail.wrap(held.inside(argv), lent)), {
      // Inside a root of its own this directory need not be there outside.
      ...(jail === BWRAP ? {} : { cwd }),
      env: { ...commandEnv({ env }), ...held.env },
      signal,
      handed,
    });
  } finally {
    await held.release();
  }
}
