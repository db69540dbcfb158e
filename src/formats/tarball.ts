// SPDX-License-Identifier: GPL-2.0-only
import { dirname } from 'node:path';
import { exec, type Argv } from '../host/exec.js';

/**
 * argv of tar(1) for an archive whose bytes depend on the content alone: sorted names, owner 0:0, time 0, modes
 * without the umask's doing. What is packed, and a file unless the archive is to be printed, is still to be named.
 *
 * @param directory where the members' names start, an absolute path
 */
export function tarArgv(directory: string): Argv {
  return [
    'tar',
    ...['--create', '--directory', directory],
    ...['--sort=name', '--format=posix', '--pax-option=delete=atime,delete=ctime'],
    ...['--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'],
    '--mode=u+rw,go+rX,go-w',
  ];
}

/**
 * Packs a directory into a zstd-compressed tar as `tarArgv` has it, by one compression thread.
 *
 * @param directory what to pack, an absolute path; its own name is not in the archive
 * @param file the archive to write, an absolute path
 * @throws Failed `command-failed`, `host-lacks`, `no-space`, `interrupted`
 */
export async function writeTarball(
  directory: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const words = ['--file', file, '--use-compress-program=zstd -T1', '.'] as const;
  await exec([...tarArgv(directory), ...words], { signal, cwd: dirname(file) });
}
