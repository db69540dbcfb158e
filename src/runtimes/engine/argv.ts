// SPDX-License-Identifier: GPL-2.0-only
import type { Argv } from '../../host/exec.js';
import type { EngineName } from '../../model/runtime.js';
import type { Allowance } from '../limits.js';
import type { Manner } from './manner.js';

/** An engine as it is called here. */
export interface Engine {
  readonly name: EngineName;
  readonly manner: Manner;
  readonly uid: number;
  readonly gid: number;
  readonly allowed: Allowance;
}

/** One container: what stands in it, and what runs. */
export interface Container {
  readonly name: string;
  /** A folder (podman alone knows these) or an image's reference. */
  readonly root: { readonly folder: string } | { readonly image: string };
  readonly argv: Argv;
  readonly cwd: string;
  /** Directories at their own paths. */
  readonly readable: readonly string[];
  /** Path inside, and the directory outside that stands there. */
  readonly writable: Readonly<Record<string, string>>;
  /** The caller's standard input is handed on; with a terminal where there is one. */
  readonly input?: 'terminal' | 'stream';
}

/** Label of every container of ours. */
export const CONTAINER_LABEL = 'l7build.container';
/** Low enough for every host's own limits; a kernel's linker opens some hundreds of files. */
const LOW_ULIMITS = ['nofile=4096:4096', 'nproc=4096:4096'];
/** What a user of a namespace of its own is called inside; any number but 0. */
const BUILD_ID = '1000';

/** The engine's program, with the words that stand before its command. */
export function engineArgv({ name, manner }: Pick<Engine, 'name' | 'manner'>): Argv {
  return manner.runtime === '' ? [name] : [name, '--runtime', manner.runtime];
}

/**
 * argv that runs a container in the foreground: no network, no capabilities
 * and no way to get any, a read-only root, bounds by control groups, and the engine's own seccomp filter
 * (podman-run(1), docker-run(1)). The environment is the command's own matter: see `withEnv`. Whoever
 * runs it removes it: with `--rm` podman 4.3, asked by Docker's client, tells 0 in place of exit codes.
 */
export function runArgv(engine: Engine, container: Container): Argv {
  const { manner } = engine;
  const { root, name, cwd } = container;
  return [
    ...engineArgv(engine),
    ...['run', '--name', name, '--label', `${CONTAINER_LABEL}=1`],
    ...['--pull', 'never', '--log-driver', 'none', '--stop-timeout', '0'],
    ...['--network', 'none', '--hostname', 'l7build'],
    ...['--read-only', '--tmpfs', '/tmp:rw,exec,nosuid,nodev'],
    ...['--cap-drop', 'all', '--security-opt', 'no-new-privileges'],
    ...(manner.labels === 'off' ? ['--security-opt', 'label=disable'] : []),
    ...(manner.limits === 'set' ? limitWords(engine.allowed) : []),
    ...(manner.ulimits === 'low' ? LOW_ULIMITS.flatMap((word) => ['--ulimit', word]) : []),
    ...userWords(engine),
    ...mountWords(container),
    ...['--workdir', cwd],
    ...inputWords(container),
    // A folder is never written itself: the engine lays an overlay over it for its mount points.
    ...('folder' in root ? ['--rootfs', `${root.folder}:O`] : [root.image]),
    ...container.argv,
  ];
}

/**
 * A command that has the given environment and nothing else: neither what the engine adds (HOSTNAME,
 * TERM, container, proxies) nor what an image brings.
 */
export function withEnv(argv: Argv, env: Readonly<Record<string, string>>): Argv {
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return ['/usr/bin/env', '-i', ...words, ...argv];
}

/** Processes, and memory without any swap beside it. */
function limitWords({ memory, processes }: Allowance): string[] {
  const bytes = String(memory);
  return ['--pids-limit', String(processes), '--memory', bytes, '--memory-swap', bytes];
}

/**
 * Who the command is. With podman a user of a namespace of its own, in which the container's root is yet
 * another; 0 on the maps' right side is the caller, since podman starts from the host's users as root,
 * and else from a namespace in which the caller is 0. So what the command makes is the caller's, and it
 * has none of root's powers. Docker maps no users for a single container: there it has the caller's
 * numbers.
 */
function userWords({ name, uid, gid }: Engine): string[] {
  if (name === 'docker') return ['--user', `${String(uid)}:${String(gid)}`];
  const maps = ['--uidmap', '--gidmap'].flatMap((map) => [
    ...[map, `${BUILD_ID}:0:1`],
    ...[map, '0:1:1'],
  ]);
  return [...maps, '--user', `${BUILD_ID}:${BUILD_ID}`];
}

/** Mounts, the outer before the inner. A path that is writable and readable is writable. */
function mountWords({ readable, writable }: Container): string[] {
  const mounts = [
    ...readable
      .filter((path) => writable[path] === undefined)
      .map((path) => ({ from: path, at: path, more: ['readonly'] })),
    ...Object.entries(writable).map(([at, from]) => ({ from, at, more: [] })),
  ];
  return mounts
    .toSorted((a, b) => a.at.length - b.at.length)
    .flatMap(({ from, at, more }) => [
      '--mount',
      ['type=bind', field(`src=${from}`), field(`dst=${at}`), ...more].join(','),
    ]);
}

/** A field of the engines' CSV (RFC 4180): quoted where it has to be. */
function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function inputWords({ input }: Container): string[] {
  if (input === undefined) return [];
  return input === 'terminal' ? ['--interactive', '--tty'] : ['--interactive'];
}
