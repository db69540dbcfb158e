// SPDX-License-Identifier: GPL-2.0-only
import type { FetchPolicy, StepContext } from '../model/step.js';

/** What fetching a source needs of a step's context. */
export type FetchContext = Pick<
  StepContext,
  'out' | 'scratch' | 'cache' | 'policy' | 'signal' | 'progress' | 'warn'
>;

/** What finding out about a moving source needs. */
export interface ResolveContext {
  /** See StepContext.cache. */
  readonly cache: string;
  readonly policy: FetchPolicy;
  readonly signal: AbortSignal;
}

/** A file that is looked for, by its name. */
export interface SoughtFile {
  /** The recipe's name for the source, for messages and `--source NAME=PATH`. */
  readonly source: string;
  readonly name: string;
  /** Bytes, if known. */
  readonly size?: number;
  /** In the order in which they are tried. */
  readonly urls: readonly string[];
}

/** A file that is wanted, told by its digest. */
export interface WantedFile extends SoughtFile {
  readonly sha256: string;
}
