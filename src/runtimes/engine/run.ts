// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec, type Argv } from '../../host/exec.js';
import type { Failure } from '../../model/failure.js';
import type { BuildCommand, Limits } from '../../model/runtime.js';
import { reachedBy } from '../limit-counters.js';
import { execWatched } from '../limit-watch.js';
import type { LimitName } from '../limits.js';
import { engineArgv, runArgv, type Container, type Engine } from './argv.js';
import { guarded } from './guard.js';

/**
 * conmon(8), which outlives podman's command, puts a file `oom` where it was started when memory runs
 * out. Here it can't.
 */
const NO_FILES = '/proc';
/** Exit code of a container in which the kernel ended a process for want of memory. */
const NO_MEMORY = 253;

/**
 * The first process of a container: starts the command, hands SIGTERM on, which reaches no first process
 * that has no handler, and tells of memory that ran out: with the container its counters are gone.
 */
const FIRST = `
"$@" &
child=$!
trap 'kill -s TERM $child' TERM
wait $child
code=$?
while kill -0 $child 2> /dev/null; do wait $child; code=$?; done
[ $code = 0 ] && exit 0
cd /sys/fs/cgroup 2> /dev/null || exit $code
for file in memory.events memory/memory.oom_control; do
  [ -r $file ] || continue
  while read -r name count; do
    [ "$name" = oom_kill ] && [ "$count" != 0 ] && exit ${String(NO_MEMORY)}
  done < $file
done
exit $code
`;

/** A command below the first process of a container. */
export function belowFirst(argv: Argv): Argv {
  return ['/bin/sh', '-c', FIRST, 'sh', ...argv];
}

/**
 * Runs a command in a container to its end.
 *
 * @param container what it runs in, with `argv` made by `belowFirst`
 * @throws Failed as exec does; where a limit was met, it is that which is told
 */
export async function runContained(
  engine: Engine,
  container: Container,
  command: BuildCommand,
  limits: Limits,
): Promise<void> {
  const running = processLimit(engine, container.name, limits);
  const reached = (ended?: Failure): Promise<LimitName | undefined> =>
    ended === undefined ? running() : Promise.resolve(memoryLimit(ended));
  await guarded(engineArgv(engine), container.name, () =>
    execWatched(runArgv(engine, container), command, { limits, reached }, { cwd: NO_FILES }),
  );
}

/** What the first process told of memory. */
function memoryLimit({ message }: Failure): LimitName | undefined {
  return message.endsWith(`exit code ${String(NO_MEMORY)}`) ? 'memory' : undefined;
}

/** A look at a container's count of processes that it was refused. */
function processLimit(
  engine: Engine,
  name: string,
  { processes }: Limits,
): () => Promise<LimitName | undefined> {
  let group: Promise<string | undefined> | undefined;
  return async () => {
    if (processes === undefined) return undefined;
    const found = await (group ??= groupOf(engine, name));
    if (found === undefined) {
      group = undefined;
      return undefined;
    }
    return reachedBy({
      memory: ['', ''],
      processes: [join(found, 'pids.events'), 'max'],
    });
  };
}

/** The directory of a running container's control group that counts processes (cgroups(7)). */
async function groupOf(engine: Engine, name: string): Promise<string | undefined> {
  const words = ['inspect', '--format', '{{.State.Pid}}', name] as const;
  // It may have ended, or not be there yet.
  const asked = exec([...engineArgv(engine), ...words]).catch(() => ({ stdout: '' }));
  const pid = Number((await asked).stdout.trim());
  if (!(pid > 0)) return undefined;
  const groups = await readFile(`/proc/${String(pid)}/cgroup`, 'utf8').catch(() => '');
  return groupDir(groups);
}

/** @param groups text of /proc/PID/cgroup */
export function groupDir(groups: string): string | undefined {
  const lines = groups.split('\n').map((line) => line.split(':'));
  const first = lines.find(([, names]) => names?.split(',').includes('pids'));
  if (first !== undefined) return join('/sys/fs/cgroup/pids', first.slice(2).join(':'));
  const second = lines.find(([id, names]) => id === '0' && names === '');
  return second === undefined ? undefined : join('/sys/fs/cgroup', second.slice(2).join(':'));
}
