// SPDX-License-Identifier: GPL-2.0-only
import { errorCode, spaceFailure, trueCause } from '../host/space.js';
import { Failed, type Failure } from '../model/failure.js';

/** What a file system may refuse at any moment, whatever we do (errno(3)), in words. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  EIO: 'the disk fails',
  ESTALE: 'the file server has forgotten it',
  ENOTDIR: 'what should be a folder is a file',
  EEXIST: 'something else stands there',
  EISDIR: 'what should be a file is a folder',
  ENOTEMPTY: 'what should be a file is a folder with something in it',
};

/**
 * What an exception means to the user; undefined for a bug of ours. A disk gets full, or read-only, at
 * whichever write comes next, so that is told apart here for all that no step words itself.
 *
 * @param otherwise path to name when the error names none
 */
export function expectedFailure(error: unknown, otherwise: string): Failure | undefined {
  if (error instanceof Failed) return error.failure;
  const cause = trueCause(error);
  const path = writtenPath(cause) ?? otherwise;
  return spaceFailure(cause, path)?.failure ?? refusal(cause, path);
}

function refusal(error: unknown, path: string): Failure | undefined {
  const code = errorCode(error) ?? '';
  const why = REFUSALS[code];
  if (why === undefined) return undefined;
  return {
    reason: 'store-unusable',
    message: `cannot use ${path}: ${why} (${code})`,
    hints: [
      `look at ${path}, or name folders elsewhere: L7BUILD_CACHE=DIR for the store, --out DIR for what is delivered`,
    ],
  };
}

/** The path that a system error is about: of a copy the one that was written. */
function writtenPath(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { dest, path } = error as NodeJS.ErrnoException & { readonly dest?: string };
  return dest ?? path;
}
