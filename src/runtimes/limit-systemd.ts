// SPDX-License-Identifier: GPL-2.0-only
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec, type Argv } from '../host/exec.js';
import { reachedBy } from './limit-counters.js';
import type { Allowance, Hold, Limiter } from './limits.js';

/** What systemd-run(1) finds the user's manager by. */
const MANAGER = ['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'] as const;
/** What systemd-run(1) adds; see systemd.exec(5). */
const ADDED = 'INVOCATION_ID';

/**
 * Runs a command in the scope and tells the folder "$1" where the scope's control group is, and, since
 * the scope is gone with its last process, what ran into its limits. Version 2 only: there the first
 * line of /proc/self/cgroup is "0::" and the path. When a process runs out of memory, systemd stops the
 * whole scope (OOMPolicy= in systemd.scope(5)); the trap lets the shell outlive the command to tell it.
 */
const SCOPE = `
IFS= read -r own < /proc/self/cgroup
group=/sys/fs/cgroup\${own#0::}
notes=$1
shift
trap : TERM
echo "$group" > "$notes/group"
unset ${MANAGER.join(' ')} ${ADDED}
"$@"
code=$?
cat "$group/memory.events" > "$notes/memory.events"
cat "$group/pids.events" > "$notes/pids.events"
exit "$code"
`;

/** Where systemd says that it runs the machine; see sd_booted(3). */
const BOOTED = '/run/systemd/system';

/**
 * Limits by a transient scope of systemd, whose processes stay children of the caller.
 *
 * @throws whatever starting one fails with; then it does not work here
 */
export async function systemdLimiter(allowed: Allowance): Promise<Limiter> {
  await access(BOOTED);
  const manager = process.getuid?.() === 0 ? '--system' : '--user';
  const limiter: Limiter = {
    limits: { ...allowed, how: `a scope of systemd (${manager})` },
    hold: () => hold(manager, allowed),
  };
  await prove(limiter, allowed);
  return limiter;
}

async function hold(manager: string, allowed: Allowance): Promise<Hold> {
  const notes = await mkdtemp(join(tmpdir(), 'l7build-scope-'));
  const group = async (): Promise<string> =>
    (await readFile(join(notes, 'group'), 'utf8').catch(() => '')).trim();
  const properties = [
    `MemoryMax=${String(allowed.memory)}`,
    'MemorySwapMax=0',
    `TasksMax=${String(allowed.processes)}`,
  ];
  return {
    around: (argv: Argv) => [
      'systemd-run',
      // Without a description it would be all the words of the command.
      ...[manager, '--scope', '--quiet', '--collect', '--description=l7build'],
      ...properties.map((property) => `--property=${property}`),
      '--',
      ...['sh', '-c', SCOPE, 'sh', notes],
      ...argv,
    ],
    inside: (argv) => argv,
    env: Object.fromEntries(
      MANAGER.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
    async reached() {
      for (const dir of [notes, await group()]) {
        const found = await reachedBy({
          memory: [join(dir, 'memory.events'), 'oom_kill'],
          processes: [join(dir, 'pids.events'), 'max'],
        });
        if (found !== undefined) return found;
      }
      return undefined;
    },
    release: () => rm(notes, { recursive: true, force: true }),
  };
}

/** A manager that was not given the controllers takes the properties all the same: looks whether they hold. */
async function prove(limiter: Limiter, allowed: Allowance): Promise<void> {
  const held = await limiter.hold();
  const look =
    'IFS= read -r own < /proc/self/cgroup; cd "/sys/fs/cgroup${own#0::}" && cat pids.max memory.max';
  try {
    const { stdout } = await exec(held.around(['sh', '-c', look]), {
      env: { PATH: process.env['PATH'] ?? '', ...held.env },
      timeoutMs: 10_000,
    });
    const [processes, memory] = stdout.trim().split('\n').map(Number);
    if (processes === allowed.processes && memory === allowed.memory) return;
  } finally {
    await held.release();
  }
  throw new Error('the scope has not the limits that were asked for');
}
