// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exec, type Argv } from '../../host/exec.js';
import { removeTree } from '../../host/files.js';
import type { Allowance } from '../limits.js';
import { engineArgv, runArgv, type Engine } from './argv.js';
import { guarded } from './guard.js';
import { importImage } from './image.js';
import { ownedName, isOrphan } from '../owner.js';

/** What holds in a container, as seen from within. */
export interface Holds {
  readonly seccomp: boolean;
  readonly memory: boolean;
  readonly processes: boolean;
}

/** Images of probes, tagged as containers are named. */
const PROBE_IMAGE = 'localhost/l7build/probe';
/** Milliseconds that a container of one shell may take. */
const PROBE_MS = 30_000;

/** How the probe ends: an engine that tells another exit code is of no use. */
const PROBED = 7;

/** Tells what a shell without any other program can see of how it is kept. */
const SCRIPT = `
echo > "$1/made" || exit 1
echo > /tmp/made || exit 1
{ echo > /made; } 2> /dev/null && echo "open: /"
while read -r line; do echo "$line"; done < /proc/self/status
{ read -r header; while read -r line; do echo "route: $line"; done; } < /proc/net/route
cd /sys/fs/cgroup || exit ${String(PROBED)}
for file in memory.max memory/memory.limit_in_bytes pids.max pids/pids.max; do
  [ -r "$file" ] && read -r line < "$file" && echo "\${file##*/}: $line"
done
exit ${String(PROBED)}
`;

/**
 * Runs a container over a tiny root and looks whether it keeps what is promised of every container.
 *
 * @param folder a directory to work in, with the root below `root`
 * @throws Failed `command-failed` when the engine does not run it
 * @returns what holds beyond the promise, or why the promise is not kept
 */
export async function probe(engine: Engine, folder: string): Promise<Holds | string> {
  const root = join(folder, 'root');
  const work = join(folder, 'work');
  await removeTree(work);
  await mkdir(work);
  if (engine.manner.root === 'folder') return tryIn(engine, { folder: root }, work);
  const prefix = engineArgv(engine);
  await sweepImages(prefix);
  const image = `${PROBE_IMAGE}:${await ownedName()}`;
  const { signal } = new AbortController();
  await importImage(prefix, root, { reference: image, labels: {}, signal });
  try {
    return await tryIn(engine, { image }, work);
  } finally {
    await exec([...prefix, 'image', 'rm', '--force', image]);
  }
}

/** Removes the images of probes that were killed. */
async function sweepImages(prefix: Argv): Promise<void> {
  const { stdout } = await exec([...prefix, 'image', 'ls', '--format', '{{.Tag}}', PROBE_IMAGE]);
  for (const tag of stdout.split('\n')) {
    if (await isOrphan(tag)) {
      await exec([...prefix, 'image', 'rm', '--force', `${PROBE_IMAGE}:${tag}`], {
        accept: [0, 1],
      });
    }
  }
}

async function tryIn(
  engine: Engine,
  root: Parameters<typeof runArgv>[1]['root'],
  work: string,
): Promise<Holds | string> {
  const name = await ownedName();
  const argv = runArgv(engine, {
    name,
    root,
    argv: ['/bin/sh', '-c', SCRIPT, 'sh', work],
    cwd: work,
    readable: [],
    writable: { [work]: work },
  });
  const { stdout } = await guarded(engineArgv(engine), name, () =>
    exec(argv, { timeoutMs: PROBE_MS, accept: [PROBED] }),
  );
  const { uid } = await stat(join(work, 'made'));
  if (uid !== engine.uid) return `files made in a container belong to user ${String(uid)}`;
  return judge(stdout, engine.allowed);
}

/**
 * Judges what the probe told.
 *
 * @param told lines of `name: value`
 * @param allowed what the container was given
 */
export function judge(told: string, { memory, processes }: Allowance): Holds | string {
  const lines = told.split('\n').map((line) => line.split(/:\s*/, 2));
  const value = (name: string): string | undefined => lines.find(([key]) => key === name)?.[1];
  if (value('open') !== undefined) return 'the root of a container can be written';
  if (value('route') !== undefined) return 'a container has a route to the network';
  if (value('CapEff') !== '0000000000000000') return 'a container keeps capabilities';
  if (value('NoNewPrivs') !== '1') return 'a container may gain privileges';
  const within = (name: string, most: number): boolean => Number(value(name) ?? 'no') <= most;
  return {
    seccomp: value('Seccomp') === '2',
    memory: within('memory.max', memory) || within('memory.limit_in_bytes', memory),
    processes: within('pids.max', processes),
  };
}
