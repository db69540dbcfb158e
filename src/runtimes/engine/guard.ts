// SPDX-License-Identifier: GPL-2.0-only
import { exec, type Argv } from '../../host/exec.js';
import { startFilter, type Filter } from '../../host/pipe.js';
import { CONTAINER_LABEL } from './argv.js';
import { isOrphan } from '../owner.js';

/** Waits for the end of its input; then "$@" removes the container. */
const WATCH = 'read -r word; "$@" > /dev/null 2>&1';

/**
 * Runs `act`, which runs a container, and removes the container, running or not: an engine's client may
 * be killed, and its containers go on. A shell in a session of its own does it when the pipe that it has
 * from us ends, also by our death.
 *
 * @param engine the engine's program with its own words
 * @param name the container's
 */
export async function guarded<T>(engine: Argv, name: string, act: () => Promise<T>): Promise<T> {
  const remove = [...engine, 'rm', '--force', name];
  // Not to be interrupted, since it is what cleans up; and it outlives us (see `bound` in host/exec.ts).
  const watcher = startFilter(
    ['setsid', 'setpriv', '--pdeathsig', 'clear', 'sh', '-c', WATCH, 'sh', ...remove],
    new AbortController().signal,
  );
  discardOutput(watcher);
  try {
    return await act();
  } finally {
    watcher.stdin.end();
    // Where there is no such container, it ends with a complaint.
    await watcher.ended.catch(() => undefined);
  }
}

/** Removes containers of ours whose process is no more: those that even the guard was killed for. */
export async function sweep(engine: Argv): Promise<void> {
  const words = ['ps', '--all', '--filter', `label=${CONTAINER_LABEL}`, '--format', '{{.Names}}'];
  const { stdout } = await exec([...engine, ...words] as Argv, { timeoutMs: 30_000 });
  for (const name of stdout.split('\n')) {
    // Another run may remove it at the same moment.
    if (await isOrphan(name)) await exec([...engine, 'rm', '--force', name], { accept: [0, 1] });
  }
}

/** Reads what a filter prints and lets it go: a filter has not ended before its output has. */
export function discardOutput({ stdout }: Filter): void {
  stdout.on('readable', () => {
    stdout.read();
  });
}
