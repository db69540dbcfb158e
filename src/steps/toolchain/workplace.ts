// SPDX-License-Identifier: GPL-2.0-only
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { exec, type Argv } from '../../host/exec.js';
import { ensureDirectory, kindOf } from '../../host/files.js';
import { withLock } from '../../host/lock.js';
import { Failed } from '../../model/failure.js';
import type { StepContext } from '../../model/step.js';

/**
 * Holds a directory for making roots while `act` runs, one run at a time, and removes it after.
 *
 * It is no part of the staging area: a user other than root makes a root as the users that
 * /etc/subuid lends, to whom that user's home is closed, and whose files only they can remove. What a
 * killed run left there goes when the next one starts.
 *
 * @throws Failed `store-unusable` when somebody else's stands in its place; as `withLock`
 */
export async function inWorkplace<T>(
  { cache, signal, warn }: Pick<StepContext, 'cache' | 'signal' | 'warn'>,
  act: (place: string) => Promise<T>,
): Promise<T> {
  const uid = process.getuid?.() ?? 0;
  const home = uid === 0 ? join(cache, 'toolchain') : `/var/tmp/l7build-${String(uid)}`;
  await claim(home, uid);
  const place = join(home, 'root');
  const onWait = (): void => {
    warn('another run makes a toolchain; waiting for it');
  };
  return withLock(
    join(home, 'lock'),
    async () => {
      await clear(place);
      try {
        await mkdir(place, { mode: 0o755 });
        return await act(place);
      } finally {
        await clear(place);
      }
    },
    { signal, onWait },
  );
}

async function claim(home: string, uid: number): Promise<void> {
  if (uid === 0) return ensureDirectory(home);
  await mkdir(home, { mode: 0o711 }).catch(() => undefined);
  const found = await lstat(home);
  if (found.isDirectory() && found.uid === uid) return;
  throw new Failed({
    reason: 'store-unusable',
    message: `${home}, where roots are made, belongs to somebody else`,
    hints: ['have it removed'],
  });
}

/** rm(1) stays on the file system: what a killed run may have left mounted is not emptied. */
async function clear(place: string): Promise<void> {
  if ((await kindOf(place)) === 'none') return;
  const remove: Argv = ['rm', '-rf', '--one-file-system', '--', place];
  const { exitCode } = await exec(remove, { accept: [0, 1] });
  if (exitCode === 0) return;
  await exec(['mmdebstrap', '--unshare-helper', ...remove], { accept: [0, 1] });
  await exec(remove);
}
