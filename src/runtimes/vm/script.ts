// SPDX-License-Identifier: GPL-2.0-only
import { quoted } from '../../host/shell-words.js';
import type { BuildCommand } from '../../model/runtime.js';
import type { Share } from '../../vm/argv.js';
import { commandEnv } from '../environment.js';
import type { LimitName } from '../limits.js';

/** Who a command runs as in the virtual machine. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The machine's disks (virtio_blk), in their order: pictures of the toolchain's root and of the sources. */
const [ROOT_DISK, SOURCES_DISK] = ['/dev/vda', '/dev/vdb'];

/** A share of each directory, by tags that follow from the order. The last may lie in an earlier one. */
export function sharesOf(readable: readonly string[], writable: readonly string[]): Share[] {
  const folders = [
    ...readable.map((path) => ({ path, writable: false })),
    ...writable.map((path) => ({ path, writable: true })),
  ];
  return folders.map((folder, nth) => ({ tag: `share${String(nth)}`, ...folder }));
}

/** What the script depends on besides the command. */
interface Circumstances {
  readonly shares: readonly Share[];
  readonly user: User;
  /** Processes and threads that the command may have at a time. */
  readonly processes: number;
  /** Seconds since 1970. Files' times are the host's, and must not lie in the guest's future. */
  readonly now: number;
  /** A word that no other machine gets, for random numbers that are not those of all who go on from one state. */
  readonly seed: string;
}

/**
 * The script that makes the machine ready for a command and runs it, in words of guest/builder/workshop.
 */
export function commandScript(
  command: Pick<BuildCommand, 'argv' | 'cwd' | 'env' | 'programs' | 'sources'>,
  { shares, user, processes, now, seed }: Circumstances,
): string {
  const words = [
    ...[String(processes), String(user.uid), String(user.gid), command.cwd],
    ...Object.entries(commandEnv(command)).map(([name, value]) => `${name}=${value}`),
    ...command.argv,
  ];
  return [
    '. /lib/workshop',
    'devices &&',
    `clock ${String(Math.ceil(now))} &&`,
    `seed ${quoted(seed)} &&`,
    `root ${ROOT_DISK} &&`,
    ...shares.map(({ tag, path, writable }) => {
      return `${writable ? 'writable' : 'readable'} ${tag} ${quoted(path)} &&`;
    }),
    ...(command.sources === undefined
      ? []
      : [`picture ${SOURCES_DISK} ${quoted(command.sources)} &&`]),
    `command ${words.map(quoted).join(' ')}`,
    '',
  ].join('\n');
}

/** The limit that the script tells of, if the command met one. */
export function limitIn(stdout: string): LimitName | undefined {
  return /^met (processes|memory)$/m.exec(stdout)?.[1] as LimitName | undefined;
}

/** The exit code that the script tells, or undefined if the command was not even run. */
export function exitCodeIn(stdout: string): number | undefined {
  const code = /^ended (\d{1,3})$/m.exec(stdout)?.[1];
  return code === undefined ? undefined : Number(code);
}
