// SPDX-License-Identifier: GPL-2.0-only
import { Failed, type Failure } from '../model/failure.js';
import type { BuildCommand, Limits } from '../model/runtime.js';
import { memoryWords, processWords } from './limit-words.js';
import type { LimitName } from './limits.js';

const REMEDY: Readonly<Record<LimitName, readonly string[]>> = {
  memory: [
    'run again with a lower --jobs: fewer compilers at a time need less memory',
    'the limit is a share of what this machine has: build on one with more memory',
  ],
  processes: [
    'sources in good order need far fewer: look at what the command starts',
    'the limit grows with --jobs',
  ],
};

/**
 * The failure of a command that met a limit.
 *
 * @param failure how the command ended
 */
export function limitFailure(
  met: LimitName,
  limits: Limits,
  { argv, log }: BuildCommand,
  { details }: Failure,
): Failed {
  const limit =
    met === 'memory' ? memoryWords(limits.memory ?? 0) : processWords(limits.processes ?? 0);
  return new Failed({
    reason: 'command-failed',
    message: `${argv.join(' ')}: stopped by the limit of ${limit}`,
    ...(details === undefined ? {} : { details }),
    hints: REMEDY[met],
    log,
  });
}
