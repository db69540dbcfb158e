// SPDX-License-Identifier: GPL-2.0-only
import { constants, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../../host/exec.js';

/**
 * Makes an archive of packages as apt knows it, with the suite's name: it is by that name that
 * mmdebstrap finds what is essential.
 *
 * @param debs directory that holds the packages and nothing else
 * @param repository directory to make
 * @returns how many packages there are
 */
export async function makeRepository(
  debs: string,
  repository: string,
  suite: string,
  signal: AbortSignal,
): Promise<number> {
  const pool = join(repository, 'pool');
  const index = join(repository, 'dists', suite, 'main/binary-amd64');
  await mkdir(pool, { recursive: true });
  await mkdir(index, { recursive: true });
  const names = await readdir(debs);
  for (const name of names) {
    await copyFile(join(debs, name), join(pool, name), constants.COPYFILE_FICLONE);
  }
  const archive = async (...words: string[]): Promise<string> => {
    const { stdout } = await exec(['apt-ftparchive', ...words], { cwd: repository, signal });
    return stdout;
  };
  await writeFile(join(index, 'Packages'), await archive('packages', 'pool'));
  const fields = { Suite: suite, Codename: suite, Architectures: 'amd64', Components: 'main' };
  const release = Object.entries(fields).flatMap(([field, value]) => [
    '-o',
    `APT::FTPArchive::Release::${field}=${value}`,
  ]);
  const dist = `dists/${suite}`;
  await writeFile(join(repository, dist, 'Release'), await archive(...release, 'release', dist));
  return names.length;
}
