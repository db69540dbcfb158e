// SPDX-License-Identifier: GPL-2.0-only

/** One file of a store entry. */
export interface EntryFile {
  /** Path below the entry's `files/`, with `/`. */
  readonly path: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** JSON data that a step hands on beside its files (ledger, contract, checks, versions). */
export type Facts = Readonly<Record<string, unknown>>;

export interface Manifest {
  readonly key: string;
  readonly task: string;
  /** What dependents' keys are made from: over `files`, or the key itself for a derived tree. */
  readonly digest: string;
  readonly files: readonly EntryFile[];
  /** A tree of many files whose content follows from the inputs and is not listed file by file. */
  readonly derived: boolean;
  readonly facts: Facts;
  /** ISO 8601. */
  readonly created: string;
  /** Milliseconds that the task took. */
  readonly ms: number;
}

/** A finished task's output in the store; read-only. */
export interface Entry {
  /** Absolute path of the directory that holds the files. */
  readonly dir: string;
  readonly manifest: Manifest;
}
