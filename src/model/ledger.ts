// SPDX-License-Identifier: GPL-2.0-only

export type PatchOutcome =
  'clean' | 'offset' | 'fuzz' | 'rejected' | 'already-there' | 'not-needed';

/** One patch, or one overlaid file, of a series and how it went on. */
export interface LedgerLine {
  readonly series: string;
  /** The file's path in the project, or `layer7:` and its path in that source. */
  readonly patch: string;
  readonly sha256: string;
  readonly kind: 'patch' | 'file';
  readonly outcome: PatchOutcome;
  /** Largest shift of a hunk, in lines. */
  readonly offset: number;
  /** Largest number of context lines ignored. */
  readonly fuzz: number;
  /** Files of the tree it touches. */
  readonly files: readonly string[];
  /** For a rejected patch: file, hunk and the lines expected and found. */
  readonly rejects: readonly string[];
  /** For a patch that is not needed: which tool makes it so. */
  readonly why?: string;
}
