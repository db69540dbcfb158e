// SPDX-License-Identifier: GPL-2.0-only
import { realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Failed } from '../model/failure.js';
import { exec, type ExecResult } from './exec.js';
import { ensureDirectory, writeAtomically } from './files.js';
import { noSpace } from './space.js';

/** A git repository on this machine, bare or not. */
export interface Repository {
  /** Absolute path, as the user named it. */
  readonly path: string;
  /** Absolute path of its objects; a linked work tree has those of its main one. */
  readonly objects: string;
}

export interface LocalArchive {
  readonly repository: Repository;
  /** A whole commit. */
  readonly commit: string;
  /** Tar archive to make. */
  readonly to: string;
  /** Top directory of the archive. */
  readonly prefix: string;
  /** Directory to make for a repository of our own. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/**
 * The repository may be anybody's work. What git would run because a repository's settings say so is off:
 * hooks, file system monitors, programs for signatures, transports that fetch what a partial clone lacks
 * (git-config(1), git(1)). Then it does not matter either whom the repository belongs to.
 */
const SETTINGS = [
  'safe.directory=*',
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'gpg.program=false',
  'gpg.ssh.program=false',
  'gpg.x509.program=false',
  'tar.umask=0022',
];
const ENVIRONMENT = {
  LC_ALL: 'C',
  GIT_ALLOW_PROTOCOL: '',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
};
/** Longest that git may take to look something up, in milliseconds: a setting may lead it to a pipe. */
const LOOKUP_MS = 60_000;

function git(
  cwd: string,
  args: readonly string[],
  options: { readonly signal: AbortSignal; readonly timeoutMs?: number },
): Promise<ExecResult> {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const env = {
    ...ENVIRONMENT,
    PATH: process.env['PATH'] ?? '',
    // A folder in somebody's repository is not that repository.
    GIT_CEILING_DIRECTORIES: dirname(cwd),
  };
  return exec(['git', '-C', cwd, ...settings, ...args], {
    ...options,
    env,
    accept: [0, 1, 128, 129],
  });
}

/**
 * Finds the repository at a path.
 *
 * @returns undefined if there is none, whatever else may stand there
 * @throws Failed `host-lacks` without git, `interrupted`
 */
export async function openRepository(
  path: string,
  signal: AbortSignal,
): Promise<Repository | undefined> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return undefined;
  const found = await git(real, ['rev-parse', '--git-path', 'objects'], {
    signal,
    timeoutMs: LOOKUP_MS,
  });
  const objects = found.stdout.replace(/\n$/, '');
  return found.exitCode === 0 ? { path, objects: resolve(real, objects) } : undefined;
}

/** The commit that a tag, a branch, or a commit's name stands for; undefined if nothing has that name. */
export async function commitOf(
  { path }: Repository,
  revision: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  try {
    const { stdout } = await git(await realpath(path), words, { signal, timeoutMs: LOOKUP_MS });
    return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.exec(stdout.trim())?.[0];
  } catch (error) {
    // In a partial clone git dies of SIGPIPE when it may not fetch what it is asked for.
    if (error instanceof Failed && error.failure.reason === 'command-failed') return undefined;
    throw error;
  }
}

/** The short names of a repository's tags and branches. */
export async function namesIn({ path }: Repository, signal: AbortSignal): Promise<string[]> {
  const words = ['for-each-ref', '--format=%(refname:short)', 'refs/tags', 'refs/heads'];
  const { stdout } = await git(await realpath(path), words, { signal, timeoutMs: LOOKUP_MS });
  return stdout.split('\n').filter((name) => name !== '');
}

/**
 * Makes a tar archive of a commit. A new repository borrows the objects of the user's
 * (gitrepository-layout(5), objects/info/alternates), so that nothing is copied, and neither the settings nor
 * the attributes of the user's have a say in the content: git-archive(1) would put it through filters.
 *
 * @throws Failed `source-missing` when the repository lacks objects of the commit, `no-space`, `interrupted`
 */
export async function archiveLocal(request: LocalArchive): Promise<void> {
  const { repository, commit, to, prefix, scratch, signal } = request;
  const format = commit.length === 64 ? 'sha256' : 'sha1';
  await ensureDirectory(scratch);
  const own = await realpath(scratch);
  const made = await git(
    own,
    ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`],
    { signal },
  );
  if (made.exitCode !== 0) throw explained(made, request);
  await ensureDirectory(join(own, 'objects/info'));
  await writeAtomically(join(own, 'objects/info/alternates'), `${repository.objects}\n`);
  const packed = await git(
    own,
    ['archive', '--format=tar', `--prefix=${prefix}/`, `--output=${to}`, commit],
    { signal },
  );
  if (packed.exitCode !== 0) throw explained(packed, request);
}

function explained({ stderr }: ExecResult, { repository, commit, to }: LocalArchive): Failed {
  const details = stderr.trim().split('\n').slice(-10);
  if (stderr.includes('No space left on device')) return noSpace(to, details);
  return new Failed({
    reason: 'source-missing',
    message: `the repository ${repository.path} does not give commit ${commit}`,
    details,
    hints: [
      'a shallow or partial clone may lack it: fetch it there (git fetch), or use a whole clone',
    ],
  });
}
