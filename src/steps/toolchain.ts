// SPDX-License-Identifier: GPL-2.0-only
import { constants, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec, type Argv } from '../host/exec.js';
import type { Step } from '../model/step.js';
import type { ToolchainParams } from '../model/task.js';
import { need } from './needs.js';

/** Tools whose versions the report tells. */
const TOOLS = ['gcc', 'ld', 'make', 'bison', 'flex', 'perl'];
/** Where the root keeps what its tools say of themselves. */
const VERSIONS = 'etc/l7build-toolchain';
/** Every root is made as of the same moment, so that making it again gives the same files. */
const EPOCH = '1700000000';

/**
 * Makes the root of a toolchain from the packages that were fetched, and from nothing else: no
 * network is used. Yields `root/`, whose files belong to the caller.
 */
export const toolchain: Step<'toolchain'> = async (params, ctx) => {
  const repository = join(ctx.scratch, 'repository');
  const { suite } = params;
  await makeRepository(need(ctx, 'fetch').dir, { repository, suite }, ctx.signal);
  const archive = join(ctx.scratch, 'root.tar');
  await exec(bootstrapArgv(params, repository, archive), {
    env: {
      PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
      HOME: ctx.scratch,
      TMPDIR: ctx.scratch,
      LC_ALL: 'C.UTF-8',
      SOURCE_DATE_EPOCH: EPOCH,
    },
    log: ctx.log,
    signal: ctx.signal,
    capture: false,
  });
  const root = join(ctx.out, 'root');
  await mkdir(root);
  await exec(['tar', '-xf', archive, '-C', root, '--no-same-owner', '--no-same-permissions'], {
    log: ctx.log,
    signal: ctx.signal,
  });
  await rm(archive);
  return { derived: true, facts: { versions: await versionsOf(root) } };
};

/**
 * An archive of the packages as apt knows it, with the suite's name: it is by that name that
 * mmdebstrap finds what is essential.
 */
async function makeRepository(
  debs: string,
  { repository, suite }: { readonly repository: string; readonly suite: string },
  signal: AbortSignal,
): Promise<void> {
  const pool = join(repository, 'pool');
  const index = join(repository, 'dists', suite, 'main/binary-amd64');
  await mkdir(pool, { recursive: true });
  await mkdir(index, { recursive: true });
  for (const name of await readdir(debs))
    await copyFile(join(debs, name), join(pool, name), constants.COPYFILE_FICLONE);
  const archive = async (...words: string[]): Promise<string> => {
    const { stdout } = await exec(['apt-ftparchive', ...words], { cwd: repository, signal });
    return stdout;
  };
  await writeFile(join(index, 'Packages'), await archive('packages', 'pool'));
  const release = ['Suite', 'Codename', 'Architectures', 'Components'].flatMap((field, nth) => {
    const value = [suite, suite, 'amd64', 'main'][nth] ?? '';
    return ['-o', `APT::FTPArchive::Release::${field}=${value}`];
  });
  const dist = `dists/${suite}`;
  await writeFile(join(repository, dist, 'Release'), await archive(...release, 'release', dist));
}

/** mmdebstrap(1): only the given packages and what is essential; nothing is asked of the network. */
function bootstrapArgv(params: ToolchainParams, repository: string, archive: string): Argv {
  const { suite, compiler, packages } = params;
  const tell = TOOLS.map((tool) => `chroot "$1" ${tool} --version | head -n 1`).join('; ');
  return [
    'mmdebstrap',
    '--variant=essential',
    '--architectures=amd64',
    `--include=${packages.join(',')}`,
    ...['gcc', 'cc'].map(
      (name) => `--customize-hook=ln -s /usr/bin/${compiler} "$1/usr/local/bin/${name}"`,
    ),
    `--customize-hook={ ${tell}; } > "$1/${VERSIONS}"`,
    '--skip=output/dev',
    '--format=tar',
    suite,
    archive,
    `deb [trusted=yes] copy:${repository} ${suite} main`,
  ];
}

async function versionsOf(root: string): Promise<Record<string, string>> {
  const lines = (await readFile(join(root, VERSIONS), 'utf8')).split('\n');
  return Object.fromEntries(TOOLS.map((tool, index) => [tool, lines[index] ?? '']));
}
