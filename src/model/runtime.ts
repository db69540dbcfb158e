// SPDX-License-Identifier: GPL-2.0-only
import type { Entry } from './store.js';

export const BUILDERS = ['host', 'chroot', 'podman', 'docker', 'qemu'] as const;
export type BuilderName = (typeof BUILDERS)[number];

/** Builders that are container engines. */
export const ENGINES = ['podman', 'docker'] as const satisfies readonly BuilderName[];
export type EngineName = (typeof ENGINES)[number];

/** Tools whose version can change what a compile yields. */
export const BUILD_TOOLS = ['gcc', 'ld', 'make', 'bison', 'flex', 'perl'] as const;

/** A command to run inside a builder, with the network off. */
export interface BuildCommand {
  readonly argv: readonly [string, ...string[]];
  /** Absolute path, below one of `writable`. */
  readonly cwd: string;
  /** The whole environment besides PATH and HOME, which the builder sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Directory whose programs come before the builder's own of the same name. */
  readonly programs?: string;
  /** Directory that it reads much of, if there is one, and that nobody writes to meanwhile. */
  readonly sources?: string;
  /** Directories the command may write; everything else is read-only. */
  readonly writable: readonly string[];
  /** Output of both streams is appended to this file. */
  readonly log: string;
  readonly signal: AbortSignal;
  /** Called with each line of output, for progress. */
  readonly onLine?: (line: string) => void;
}

/** A command that gets the caller's terminal (all three standard streams), such as a shell. */
export interface TerminalCommand extends Pick<BuildCommand, 'argv' | 'cwd' | 'env' | 'signal'> {
  /**
   * The directories that it may write: absolute path inside, and the directory outside that stands
   * there. Everything else is read-only. So copies can stand where a build's own directories do.
   */
  readonly writable: Readonly<Record<string, string>>;
}

/** What a command may use of the machine, with all the processes that it starts. */
export interface Limits {
  /** Bytes; missing where nothing limits it. */
  readonly memory?: number;
  /** Processes and threads at a time; missing where nothing limits it. */
  readonly processes?: number;
  /** Words for people: what holds the limits, or why nothing does. */
  readonly how: string;
}

/** How a builder keeps a command in, found by trying; for the report. */
export interface Confinement {
  readonly network: 'off' | 'on';
  readonly filesystem: 'confined' | 'open';
  readonly user: 'unprivileged' | 'root';
  /** Missing where a builder sets none. */
  readonly limits?: Limits;
  /** Words for people: which tool does it, or why it can't. */
  readonly how: string;
}

/** What a builder with a root of its own works with. */
export interface Workshop {
  /** Output of the toolchain task: `root/`, and its versions as facts. */
  readonly toolchain: Entry;
  /** A distribution's kernel package, unpacked; for the qemu builder. */
  readonly vm?: Entry;
}

/** A way to compile that works on this host, found by trying. */
export interface Builder {
  readonly name: BuilderName;
  readonly confinement: Confinement;
  /** Why this one, for people: what was tried and what was found. */
  readonly why: string;
  /** Versions of the machine's own tools, where those are what it compiles with. */
  readonly toolchain?: Readonly<Record<string, string>>;
  /**
   * Gets ready to run commands. Called once per step; whatever takes long is kept for the next call.
   *
   * @param workshop undefined where the machine's own tools are used
   */
  open(workshop: Workshop | undefined): Promise<Runtime>;
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
  /**
   * Lends the caller's terminal to a command, confined as `run` confines. Missing where a builder can't.
   *
   * @returns its exit code; 128 and the signal's number for one that a signal ended, as shells do
   * @throws Failed `host-lacks` when this machine can't lay a directory over another; `interrupted`
   */
  readonly terminal?: (command: TerminalCommand) => Promise<number>;
}
