// SPDX-License-Identifier: GPL-2.0-only
import type { SimpleGit } from 'simple-git';
import { Failed } from '../model/failure.js';
import { networkEnvironment } from './environment.js';
import { exec, interrupted, lacks } from './exec.js';
import { ensureDirectory } from './files.js';
import { shownUrl } from './http.js';
import { noSpace } from './space.js';
import { findProgram } from './tools.js';

export interface GitRequest {
  readonly url: string;
  /** 40 hex digits. */
  readonly commit: string;
  /** Tar archive to make. */
  readonly to: string;
  /** Top directory of the archive. */
  readonly prefix: string;
  /** Empty directory for the repository. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (stage: string, percent: number) => void;
}

/**
 * No questions on the terminal, and no transport that runs what an address names (git(1);
 * gitremote-helpers(7) has `ext::`).
 */
const GUARD = { GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'http:https:git:ssh:file' };
/**
 * The user's settings are for reaching the server (proxies, passwords). They have no say in the
 * content: git-archive(1) would put it through their filters.
 */
const NO_SETTINGS = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
/** A server that says nothing for so long is given up, in milliseconds. */
const SILENCE_MS = 60_000;
const COMMIT = /^[0-9a-f]{40}$/;
/** A line of git-ls-remote(1). */
const TAG = /^([0-9a-f]{40})\trefs\/tags\/(\S{1,200})$/;
/** Tags of a repository; all trees of the kernel together have some thousands. */
const MOST_TAGS = 100_000;

/**
 * Brings one commit of a repository as a tar archive. Nothing is checked out, so no hook, filter or
 * submodule of the repository runs; git itself checks that the content has the commit's name.
 *
 * @throws Failed `usage` for an address or commit that git must not see, `network-failed`,
 *   `source-missing` when the repository lacks the commit, `host-lacks`, `interrupted`, `no-space`
 */
export async function archiveCommit(request: GitRequest): Promise<void> {
  if (!COMMIT.test(request.commit)) {
    throw new Failed({
      reason: 'usage',
      message: `${request.commit} is no commit: 40 hex digits are needed, not a branch, tag or short form`,
    });
  }
  refuseAddress(request.url);
  if (findProgram('git') === undefined) throw lacks('git');
  await ensureDirectory(request.scratch);
  try {
    const git = await client(request, GUARD);
    await git.raw('init', '--quiet', '--bare', '--template=');
    await fetchCommit(git, request);
    const { to, prefix, commit } = request;
    const bare = await client(request, { ...GUARD, ...NO_SETTINGS });
    await bare.raw('archive', '--format=tar', `--prefix=${prefix}/`, `--output=${to}`, commit);
  } catch (error) {
    if (request.signal.aborted) throw interrupted();
    throw explained(error, request);
  }
}

/**
 * The tags of a repository, with the commits that they stand for. Nothing is downloaded but their list.
 *
 * @throws Failed `usage` for an address that git must not see, `network-failed`, `host-lacks`, `interrupted`
 */
export async function listTags(
  url: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  refuseAddress(url);
  const tags = new Map<string, string>();
  const onLine = (line: string): void => {
    const [, commit, tag] = TAG.exec(line) ?? [];
    if (commit === undefined || tag === undefined) return;
    if (tags.size >= MOST_TAGS) throw unlisted(url, [`it has more than ${String(MOST_TAGS)} tags`]);
    // An annotated tag is told twice: as itself, then with ^{} as the commit that it is of.
    tags.set(tag.replace(/\^\{\}$/, ''), commit);
  };
  try {
    const env = { ...networkEnvironment(), ...GUARD };
    const options = { env, signal, onLine, capture: false, timeoutMs: SILENCE_MS };
    await exec(['git', 'ls-remote', '--tags', '--', url], options);
    return tags;
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') throw error;
    throw unlisted(url, error.failure.details ?? []);
  }
}

function unlisted(url: string, details: readonly string[]): Failed {
  return new Failed({
    reason: 'network-failed',
    message: `the tags of ${shownUrl(url)} could not be read`,
    details,
    hints: ['check the network and the address'],
  });
}

/** @throws Failed `usage` for what git would take for an option or a program */
function refuseAddress(url: string): void {
  if (/^[a-z]+:\/\/|^\//.test(url)) return;
  throw new Failed({
    reason: 'usage',
    message: `${url} is no address of a git repository (https://…, git://…, ssh://…, file://…)`,
  });
}

async function client(
  request: GitRequest,
  guard: Readonly<Record<string, string>>,
): Promise<SimpleGit> {
  const { simpleGit } = await import('simple-git');
  const environment = { ...networkEnvironment(), ...guard };
  const git = simpleGit({
    baseDir: request.scratch,
    config: ['core.hooksPath=/dev/null', 'tar.umask=0022', 'gc.auto=0'],
    abort: request.signal,
    timeout: { block: SILENCE_MS },
    progress: ({ stage, progress }) => request.onProgress?.(stage, progress),
    // What simple-git guards from strangers' words is set here to the safest there is.
    unsafe: {
      allowUnsafeHooksPath: true,
      allowUnsafeTemplateDir: true,
      allowUnsafeConfigPaths: true,
    },
    allowEnvironment: Object.keys(environment),
  });
  return git.env(environment);
}

/** Asks for the commit alone; a server that gives out only branches and tags is asked for these. */
async function fetchCommit(git: SimpleGit, { url, commit }: GitRequest): Promise<void> {
  const common = ['--progress', '--no-tags', '--no-recurse-submodules'];
  try {
    await git.raw('fetch', '--depth=1', ...common, '--', url, commit);
  } catch (error) {
    if (!/not our ref|unadvertised object/.test(String(error))) throw error;
    await git.raw('fetch', ...common, '--', url, '+refs/*:refs/*');
  }
}

function explained(error: unknown, { url, commit, to }: GitRequest): Failed {
  const said = (error instanceof Error ? error.message : String(error)).trim();
  const details = said.split('\n').slice(-10);
  const shown = shownUrl(url);
  if (said.includes('No space left on device')) return noSpace(to, details);
  if (/not a (tree|valid) object|bad object|not our ref|unadvertised object/i.test(said)) {
    return new Failed({
      reason: 'source-missing',
      message: `the repository ${shown} has no commit ${commit}`,
      details,
      hints: ['check the commit in the recipe; a force-pushed branch may have lost it'],
    });
  }
  return new Failed({
    reason: 'network-failed',
    message: `could not fetch ${commit} from ${shown}`,
    details,
    hints: [
      'check the network and the address',
      'or give the source yourself: --source NAME=PATH takes a tree or an archive',
    ],
  });
}
