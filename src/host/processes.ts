// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync } from 'node:fs';

/** A process, told from a later one with the same number by its start time. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Clock ticks after boot. */
  readonly started: string;
}

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
  return { pid, parent: Number(fields[1]), started: fields[19] ?? '' };
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

function send(target: Process, signal: NodeJS.Signals): void {
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
  for (const process of tree) send(process, 'SIGTERM');
  const kill = (): void => {
    clearTimeout(timer);
    const left = tree.filter(({ pid, started }) => readProcess(pid)?.started === started);
    const now = processTrees(left.map(({ pid }) => pid));
    for (const process of [...tree, ...now]) send(process, 'SIGKILL');
  };
  const timer = setTimeout(() => {
    kill();
    killed();
  }, graceMs);
  return kill;
}
