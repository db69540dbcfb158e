// SPDX-License-Identifier: GPL-2.0-only
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { exec, type Argv } from '../../host/exec.js';
import { ensureDirectory, kindOf } from '../../host/files.js';
import { withLock } from '../../host/lock.js';
import { Failed } from '../../model/failure.js';
import type { StepContext } from '../../model/step.js';
import { asLentRoot } from './fences.js';

/**
 * Holds a directory for making roots while `act` runs, one run at a time, and removes it after.
 *
 * It is no part of the staging area: a user other than root makes a root with the help of the users that
 * /etc/subuid lends, who may not be able to look into that user's home, and to whom some of the files
 * belong. What a killed run left there goes when the next one starts.
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

/**
 * Removes what was made, whoever it belongs to. rm(1) stays on the file system: what a killed run may
 * have left mounted is not emptied.
 */
async function clear(place: string): Promise<void> {
  if ((await kindOf(place)) === 'none') return;
  const remove: Argv = ['rm', '-rf', '--one-file-system', '--', place];
  const accept = [0, 1];
  if ((await exec(remove, { accept })).exitCode === 0) return;
  const asRoot = await exec(asLentRoot(remove), { accept });
  if (asRoot.exitCode === 0) return;
  // Files of the lent users, in directories that are theirs; the rest is the caller's.
  const theirs = ['find', join(place, 'tmp'), '-xdev', '-mindepth', '2', '-delete'];
  await exec(['mmdebstrap', '--unshare-helper', ...theirs], { accept });
  await exec(remove);
}
