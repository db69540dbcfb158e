// SPDX-License-Identifier: GPL-2.0-only
import { ownEnvironment } from '../host/environment.js';
import { exec, type Argv } from '../host/exec.js';
import { Failed } from '../model/failure.js';
import { findProgram } from '../host/tools.js';

/** Minutes are usual, an hour is not: in milliseconds. */
const INSTALL_LIMIT_MS = 30 * 60 * 1000;

/**
 * Installs Debian packages with apt-get, as root or through sudo.
 *
 * @param log file that gets apt's output
 * @throws Failed `host-lacks` when not root and without sudo, or when apt can't
 */
export async function installPackages(
  packages: readonly string[],
  log: string,
  signal: AbortSignal,
): Promise<void> {
  const asRoot = rootPrefix(packages);
  const apt = (...words: string[]): Promise<unknown> =>
    exec(
      [...asRoot, 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=300', ...words] as unknown as Argv,
      {
        env: { ...ownEnvironment(), DEBIAN_FRONTEND: 'noninteractive' },
        log,
        signal,
        timeoutMs: INSTALL_LIMIT_MS,
      },
    );
  try {
    await apt('update');
    await apt('install', '--yes', '--no-install-recommends', ...packages);
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') throw error;
    throw new Failed({
      ...error.failure,
      reason: 'host-lacks',
      message: `apt-get could not install ${packages.join(' ')}`,
      hints: ['look at the lines above; then run again', `the whole log: ${log}`],
    });
  }
}

function rootPrefix(packages: readonly string[]): string[] {
  if (process.getuid?.() === 0) return [];
  if (findProgram('sudo') !== undefined) return ['sudo'];
  throw new Failed({
    reason: 'host-lacks',
    message: 'installing packages needs root, and there is no sudo',
    hints: [`as root: apt-get install --no-install-recommends ${packages.join(' ')}`],
  });
}
