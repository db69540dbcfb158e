// SPDX-License-Identifier: GPL-2.0-only
import { access, mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '../../host/exec.js';
import { readJson, removeTree, writeAtomically } from '../../host/files.js';
import { withLock } from '../../host/lock.js';
import { findProgram, systemPath } from '../../host/tools.js';
import { Failed } from '../../model/failure.js';
import type { EngineName } from '../../model/runtime.js';
import { allowance, type LimitOptions } from '../limits.js';
import type { Engine } from './argv.js';
import { manners, type HostTraits, type Manner } from './manner.js';
import { isOurs } from './ours.js';
import { probe, type Holds } from './probe.js';
import { makeTinyRoot } from './tiny-root.js';

/** A manner that works here, and what was found with it. */
export interface Found {
  readonly manner: Manner;
  readonly holds: Holds;
  /** Why the manner that is wanted most does not do; missing where it does. */
  readonly refused?: string;
}

/** An engine that works here. */
export interface Preflight {
  readonly engine: Engine;
  readonly version: string;
  readonly found: Found;
}

/** OCI runtimes that podman may be told to take. */
const RUNTIMES = ['runc', 'crun'];
/** What podman says of a container that did not start, beside why. */
const AFTERMATH = 'level=error msg="Unmounting ';
/** Variables that decide which engine answers, and how. */
const DECISIVE = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'CONTAINER_HOST', 'CONTAINERS_CONF'];

/**
 * Finds how an engine runs containers on this host: by running one, in one manner after another. What
 * was found is kept in the store while the engine, the caller and the host's boot are the same.
 *
 * @param cache the store's root
 * @param limits of the commands to come; what is tried has the machine's
 * @throws Failed `host-lacks` where the engine is not installed, does not answer, or runs nothing
 */
export async function preflight(
  name: EngineName,
  cache: string,
  limits: LimitOptions = {},
): Promise<Preflight> {
  const version = await engineVersion(name);
  const uid = process.getuid?.() ?? 0;
  const host = { version, uid, boot: await bootId(), ...decisive() };
  const caller = { name, uid, gid: process.getgid?.() ?? 0, allowed: allowance({}) };
  const found = await known(name, cache, host, (folder) => firstThatWorks(caller, version, folder));
  return {
    engine: { ...caller, manner: found.manner, allowed: allowance(limits) },
    version,
    found,
  };
}

/**
 * What was found last time on the same host, or is found now, in a folder to work in. In a store that
 * is another user's nothing is kept.
 */
async function known(
  name: EngineName,
  cache: string,
  host: Readonly<Record<string, unknown>>,
  find: (folder: string) => Promise<Found>,
): Promise<Found> {
  if (!(await isOurs(cache))) return find(await mkdtemp(join(tmpdir(), 'l7build-')));
  const file = join(cache, `engine-${name}.json`);
  return withLock(join(cache, 'locks', `engine-${name}`), async () => {
    const kept = (await readJson(file)) as { host?: unknown; found?: Found } | undefined;
    const same = JSON.stringify(kept?.host) === JSON.stringify(host);
    if (same && kept?.found !== undefined) return kept.found;
    const found = await find(join(cache, `engine-${name}.probe`));
    await writeAtomically(file, `${JSON.stringify({ host, found }, null, 2)}\n`);
    return found;
  });
}

async function firstThatWorks(
  caller: Omit<Engine, 'manner'>,
  version: string,
  folder: string,
): Promise<Found> {
  const troubles: string[] = [];
  const host = await traits();
  await removeTree(folder);
  await mkdir(folder, { recursive: true });
  try {
    await makeTinyRoot(join(folder, 'root'));
    for (const manner of manners(caller.name, host)) {
      const holds = await attempt({ ...caller, manner }, folder);
      if (typeof holds === 'string') troubles.push(holds);
      else return { manner, holds, ...(troubles[0] === undefined ? {} : { refused: troubles[0] }) };
    }
  } finally {
    await removeTree(folder);
  }
  throw new Failed({
    reason: 'host-lacks',
    message: `${caller.name} ${version} runs no container here that is confined as it has to be`,
    details: [...new Set(troubles)],
    hints: [
      ...(caller.name === 'podman' ? podmanHints(caller.uid, host) : []),
      `try \`${caller.name} run\` by hand, or take another --builder`,
    ],
  });
}

function podmanHints(uid: number, { runtimes }: HostTraits): string[] {
  const others = RUNTIMES.filter((runtime) => !runtimes.includes(runtime));
  return [
    ...(uid === 0
      ? []
      : ['users without privilege need lines in /etc/subuid and /etc/subgid (podman(1))']),
    ...(others.length === 0 ? [] : [`another OCI runtime may do: install ${others.join(' or ')}`]),
  ];
}

async function attempt(engine: Engine, folder: string): Promise<Holds | string> {
  try {
    return await probe(engine, folder);
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') throw error;
    const { details = [], message } = error.failure;
    const said =
      details.find((line) => /error/i.test(line) && !line.includes(AFTERMATH)) ??
      details[0] ??
      message;
    return said.replace(/^Error: /, '');
  }
}

async function traits(): Promise<HostTraits> {
  const path = systemPath();
  return {
    runtimes: RUNTIMES.filter((runtime) => findProgram(runtime, path) !== undefined),
    selinux: await access('/sys/fs/selinux/enforce').then(
      () => true,
      () => false,
    ),
  };
}

/** The version of what runs the containers, which for docker is the daemon. */
async function engineVersion(name: EngineName): Promise<string> {
  const format = name === 'docker' ? '{{.Server.Version}}' : '{{.Client.Version}}';
  try {
    const { stdout } = await exec([name, 'version', '--format', format], { timeoutMs: 20_000 });
    return stdout.trim();
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') throw error;
    throw new Failed({
      reason: 'host-lacks',
      message: name === 'docker' ? "docker's daemon does not answer" : 'podman does not work here',
      details: error.failure.details ?? [],
      hints: [
        name === 'docker'
          ? 'start the daemon, let this user use it, or set DOCKER_HOST'
          : 'run `podman info` to see why',
      ],
    });
  }
}

function decisive(): Record<string, string> {
  return Object.fromEntries(DECISIVE.map((name) => [name, process.env[name] ?? '']));
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}
