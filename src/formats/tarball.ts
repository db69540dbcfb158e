// SPDX-License-Identifier: GPL-2.0-only
import { dirname } from 'node:path';
import { exec } from '../host/exec.js';

/**
 * Packs a directory into a zstd-compressed tar whose bytes depend on the content alone: sorted names,
 * owner 0:0, time 0, modes without the umask's doing, one compression thread.
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
  await exec(
    [
      'tar',
      ...['--create', '--file', file, '--directory', directory],
      ...['--sort=name', '--format=posix', '--pax-option=delete=atime,delete=ctime'],
      ...['--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'],
      '--mode=u+rw,go+rX,go-w',
      '--use-compress-program=zstd -T1',
      '.',
    ],
    { signal, cwd: dirname(file) },
  );
}
