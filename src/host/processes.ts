// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process, told from a later one with the same number by its start time. */
export interface Identity {
  readonly pid: number;
  /** Clock ticks after boot. */
  readonly started: string;
}

interface Process extends Identity {
  readonly parent: number;
  /** It has ended, and nobody has asked how. */
  readonly zombie: boolean;
}

/** Milliseconds between two looks at a process whose end is waited for. */
const LOOK_MS = 20;

/** Reads /proc/PID/stat; the fields are those of proc(5). */
function readProcess(pid: number): Process | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets, and may itself hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  return { pid, parent: Number(parent), started: fields[19] ?? '', zombie: state === 'Z' };
}

/** This very process. */
export function ownIdentity(): Identity {
  return { pid: process.pid, started: readProcess(process.pid)?.started ?? '' };
}

/** True while a process has not ended. */
export function isAlive({ pid, started }: Identity): boolean {
  const found = readProcess(pid);
  return found?.started === started && !found.zombie;
}

/** Waits for the end of a process that may be nobody's child here. @returns false if it takes longer */
export async function hasEnded(target: Identity, withinMs: number): Promise<boolean> {
  const started = performance.now();
  while (isAlive(target)) {
    if (performance.now() - started > withinMs) return false;
    await delay(LOOK_MS);
  }
  return true;
}

/**
 * The processes that work in a directory.
 *
 * @param program of these only: the first 15 characters of its name (proc(5), comm)
 */
export function workingIn(directory: string, program: string): Identity[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      if (readlinkSync(`/proc/${name}/cwd`) !== directory) return [];
      if (readFileSync(`/proc/${name}/comm`, 'utf8') !== `${program.slice(0, 15)}\n`) return [];
    } catch {
      // It ended meanwhile, or is another user's.
      return [];
    }
    return readProcess(Number(name)) ?? [];
  });
}

/** Processes and everything that descends from them, parents first. Looks at each process once. */
function processTrees(roots: readonly number[]): Process[] {
  const children = new Map<number, Process[]>();
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) ? readProcess(Number(name)) : undefined;
    if (found === undefined) continue;
    const siblings = children.get(found.parent);
    if (siblings === undefined) children.set(found.parent, [found]);
    else siblings.push(found);
  }
  const trees = roots.flatMap((root) => readProcess(root) ?? []);
  const known = new Set(trees.map(({ pid }) => pid));
  for (const process of trees) {
    for (const child of children.get(process.pid) ?? []) {
      if (!known.has(child.pid)) trees.push(child);
      known.add(child.pid);
    }
  }
  return trees;
}

/** Sends a signal to a process that was noted earlier, and to no other with its number. */
export function signalTo(target: Identity, signal: NodeJS.Signals): void {
  if (readProcess(target.pid)?.started !== target.started) return;
  try {
    process.kill(target.pid, signal);
  } catch {
    // It ended meanwhile, which is what was wanted.
  }
}

/**
 * Ends a child and its descendants: SIGTERM at once, SIGKILL for what is left after the grace.
 * The descendants are noted before the first signal, since they lose their parent with it.
 *
 * @param root the child's process number
 * @param graceMs milliseconds between the two signals
 * @param killed called after SIGKILL was sent
 * @returns a function that sends SIGKILL now; to be called when the child ended within the grace
 */
export function endTree(root: number, graceMs: number, killed: () => void): () => void {
  const tree = processTrees([root]);
  for (const process of tree) signalTo(process, 'SIGTERM');
  const kill = (): void => {
    clearTimeout(timer);
    const left = tree.filter(({ pid, started }) => readProcess(pid)?.started === started);
    const now = processTrees(left.map(({ pid }) => pid));
    for (const process of [...tree, ...now]) signalTo(process, 'SIGKILL');
  };
  const timer = setTimeout(() => {
    kill();
    killed();
  }, graceMs);
  return kill;
}
