// SPDX-License-Identifier: GPL-2.0-only

export const BUILDERS = ['host', 'chroot', 'podman', 'docker', 'qemu'] as const;
export type BuilderName = (typeof BUILDERS)[number];

/** A command to run inside a builder, with the network off. */
export interface BuildCommand {
  readonly argv: readonly [string, ...string[]];
  /** Absolute path, below one of `writable`. */
  readonly cwd: string;
  /** The whole environment besides PATH and HOME, which the builder sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Directories the command may write; everything else is read-only. */
  readonly writable: readonly string[];
  /** Output of both streams is appended to this file. */
  readonly log: string;
  readonly signal: AbortSignal;
  /** Called with each line of output, for progress. */
  readonly onLine?: (line: string) => void;
}

/** How a builder keeps a command in, found by trying; for the report. */
export interface Confinement {
  readonly network: 'off' | 'on';
  readonly filesystem: 'confined' | 'open';
  readonly user: 'unprivileged' | 'root';
  /** Words for people: which tool does it, or why it can't. */
  readonly how: string;
}

/** A place where compiling happens. */
export interface Runtime {
  readonly name: BuilderName;
  /** Versions of the tools by name (`gcc`, `ld`, `make`, …): part of every compile's cache key. */
  readonly toolchain: Readonly<Record<string, string>>;
  readonly confinement: Confinement;
  /**
   * Runs a command to its end.
   * @throws Failed `command-failed` with the lines of output that matter; `interrupted` when the signal fires
   */
  run(command: BuildCommand): Promise<void>;
}
