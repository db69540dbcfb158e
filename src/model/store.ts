// SPDX-License-Identifier: GPL-2.0-only
import type { Verb } from './task.js';

/** One file of a store entry. */
export interface EntryFile {
  /** Path below the entry's `files/`, with `/`. */
  readonly path: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Everything that a task's result depends on; the cache key is the SHA-256 of its canonical JSON.
 * Nothing else may influence a step: no clock, no environment, no path of the user's.
 */
export interface Fingerprint {
  readonly verb: Verb;
  /** Revision of the step's own code. */
  readonly revision: number;
  /** The task's parameters: recipe values, and project files by path and digest. */
  readonly params: unknown;
  /** Versions of the host's or the builder's tools that shape the result. */
  readonly host: Readonly<Record<string, string>>;
  /** Output digests of the tasks it needs, by role: unchanged outputs leave dependents alone. */
  readonly needs: Readonly<Record<string, string>>;
  /** What a moving source (an apt package, a local tree) stands for right now. */
  readonly resolved: readonly string[];
}

/** JSON data that a step hands on beside its files (ledger, contract, checks, versions). */
export type Facts = Readonly<Record<string, unknown>>;

export interface Manifest {
  readonly key: string;
  /** What the key was made from; missing in what a bundle brought, and what an earlier version made. */
  readonly inputs?: Fingerprint;
  readonly task: string;
  /** What dependents' keys are made from: over `files`, or the key itself for a derived tree. */
  readonly digest: string;
  readonly files: readonly EntryFile[];
  /** A tree of many files whose content follows from the inputs and is not listed file by file. */
  readonly derived: boolean;
  /** How a derived tree looks from outside: see engine/outline.ts; missing in what an earlier version made. */
  readonly outline?: string;
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
