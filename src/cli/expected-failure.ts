// SPDX-License-Identifier: GPL-2.0-only
import { spaceFailure } from '../host/space.js';
import { Failed, type Failure } from '../model/failure.js';

/**
 * What an exception means to the user; undefined for a bug of ours. A disk gets full at whichever
 * write comes next, so that one is told apart here for all that no step words itself.
 *
 * @param otherwise path to name for a full disk when the error names none
 */
export function expectedFailure(error: unknown, otherwise: string): Failure | undefined {
  if (error instanceof Failed) return error.failure;
  return spaceFailure(error, writtenPath(error) ?? otherwise)?.failure;
}

/** The path that a system error is about: of a copy the one that was written. */
function writtenPath(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { dest, path } = error as NodeJS.ErrnoException & { readonly dest?: string };
  return dest ?? path;
}
