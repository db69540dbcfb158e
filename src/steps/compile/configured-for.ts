// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { majorOf } from '../../host/program-version.js';
import { Failed } from '../../model/failure.js';

/**
 * A failure with another compiler than the one that a kernel was configured for, whose flags it may not know, says so.
 *
 * @param headers a configured kernel's headers
 * @param gcc first line of the compiler's --version
 * @returns the failure, with a hint if the compiler's major version is another
 */
export async function byCompiler(error: unknown, headers: string, gcc: string): Promise<unknown> {
  if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') return error;
  const wanted = (await configuredFor(headers)) ?? '';
  const [theirs, ours] = [majorOf(wanted), majorOf(gcc)];
  if (theirs === undefined || ours === undefined || theirs === ours) return error;
  const hint = `the headers were configured for ${wanted}, and this is ${gcc}: --builder chroot --toolchain NAME takes another (l7build containers list)`;
  return new Failed({ ...error.failure, hints: [hint, ...(error.failure.hints ?? [])] });
}

/** What the compiler said of itself when a kernel was configured: CONFIG_CC_VERSION_TEXT of init/Kconfig, since Linux 4.18. */
async function configuredFor(headers: string): Promise<string | undefined> {
  const config = await readFile(join(headers, 'include/config/auto.conf'), 'utf8').catch(() => '');
  return /^CONFIG_CC_VERSION_TEXT="?([^"\n]+)"?$/m.exec(config)?.[1];
}
