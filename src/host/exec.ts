// SPDX-License-Identifier: GPL-2.0-only
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { Failed } from '../model/failure.js';
import { LineSplitter } from './lines.js';
import { endTree } from './processes.js';
import { noSpace, spaceFailure } from './space.js';
import { findProgram, packageOf } from './tools.js';

export interface ExecOptions {
  /** Where it works; a full disk that it meets is told of by this place, so it should be where it writes. */
  readonly cwd?: string;
  /** The whole environment of the child; default: ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input; without it, and without a file, standard input is empty. */
  readonly input?: string;
  /** Path of the file that is standard input. */
  readonly inputFile?: string;
  readonly signal?: AbortSignal;
  /** Both streams are appended to this file as they come, line by line. */
  readonly log?: string;
  /** Called with each line of either stream. */
  readonly onLine?: (line: string) => void;
  /** Keep output in the result (default). Off for commands that print megabytes: the log has them. */
  readonly capture?: boolean;
  readonly timeoutMs?: number;
  /** What it reads from 3, 4, … to the end; it has to. */
  readonly handed?: readonly Uint8Array[];
  /** Exit codes that are an answer, not a failure. Default: 0 only. */
  readonly accept?: readonly number[];
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Argv = readonly [string, ...string[]];

/** Lines of the end of an output that a person is shown. */
export const EXCERPT_LINES = 20;
/** Grace between SIGTERM and SIGKILL, in milliseconds. */
const KILL_AFTER_MS = 3000;
/** How much later than a child a signal to the whole group may reach us, in milliseconds. */
const SIGNAL_LATE_MS = 20;
/** Captured bytes of both streams; a command that prints more is run with `capture: false`. */
const CAPTURE_LIMIT = 64 * 1024 * 1024;
/** What every program says on ENOSPC, in the C locale and in English ones. */
const NO_SPACE = 'No space left on device';

/**
 * argv whose process gets SIGKILL when this one dies (prctl(2), PR_SET_PDEATHSIG), where util-linux
 * is installed. setpriv replaces itself by the program: one more exec, no more processes.
 */
export function bound(argv: Argv): Argv {
  const setpriv = findProgram('setpriv');
  return setpriv === undefined ? argv : [setpriv, '--pdeathsig', 'KILL', '--', ...argv];
}

type StreamName = 'stdout' | 'stderr';
type OnFault = (error: unknown) => void;

/** Collects what a child prints: whole, to the log, to the caller, and the end for an excerpt. */
class Output {
  readonly tail: string[] = [];
  readonly #captured = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  #size = 0;
  readonly #capture: boolean;
  readonly #log: number | undefined;
  readonly #onLine: ((line: string) => void) | undefined;

  constructor(options: ExecOptions) {
    // Written synchronously: what was printed is in the file even if we are killed in the next moment.
    this.#log = options.log === undefined ? undefined : openSync(options.log, 'a');
    this.#onLine = options.onLine;
    this.#capture = options.capture ?? true;
  }

  /** Takes over a stream of the child; what goes wrong with its output is given to `onFault`. */
  follow(child: Readonly<Record<StreamName, Readable>>, name: StreamName, onFault: OnFault): void {
    const splitter = new LineSplitter();
    const guarded = (take: () => readonly string[]): void => {
      try {
        this.#add(take());
      } catch (error) {
        onFault(error);
      }
    };
    child[name].on('data', (chunk: Buffer) => {
      guarded(() => {
        if (this.#capture) this.#keep(name, chunk);
        return splitter.push(chunk);
      });
    });
    child[name].once('end', () => {
      guarded(() => splitter.end());
    });
  }

  captured(name: StreamName): string {
    return Buffer.concat(this.#captured[name]).toString('utf8');
  }

  #keep(name: StreamName, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > CAPTURE_LIMIT) throw new RangeError('more output than is kept');
    this.#captured[name].push(chunk);
  }

  #add(lines: readonly string[]): void {
    if (lines.length === 0) return;
    if (this.#log !== undefined) writeSync(this.#log, `${lines.join('\n')}\n`);
    this.tail.push(...lines.slice(-EXCERPT_LINES));
    this.tail.splice(0, this.tail.length - EXCERPT_LINES);
    if (this.#onLine !== undefined) lines.forEach(this.#onLine);
  }

  close(): void {
    if (this.#log !== undefined) closeSync(this.#log);
  }
}

/** Ends a child early, for one reason: the first one. */
class Stopper {
  reason: 'signal' | 'time' | 'fault' | undefined;
  #kill: (() => void) | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => {
    this.stop('signal');
  };

  constructor(
    private readonly child: { pid?: number; stdout: Readable; stderr: Readable },
    options: ExecOptions,
  ) {
    this.#signal = options.signal;
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (options.timeoutMs === undefined) return;
    this.#timer = setTimeout(() => {
      this.stop('time');
    }, options.timeoutMs);
  }

  stop(reason: 'signal' | 'time' | 'fault'): void {
    if (this.reason !== undefined || this.child.pid === undefined) return;
    this.reason = reason;
    // Whoever escaped the signals may hold the pipes open; nobody waits for it.
    this.#kill = endTree(this.child.pid, KILL_AFTER_MS, () => {
      this.child.stdout.destroy();
      this.child.stderr.destroy();
    });
  }

  /** To be called once the child has ended. */
  release(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#kill?.();
  }
}

/**
 * Runs a command without a shell and waits for its end. The child gets SIGKILL if this process dies;
 * when the signal fires or the time is over, the child and its descendants get SIGTERM, then SIGKILL.
 *
 * @param argv program and arguments
 * @returns exit code (one of `accept`) and what was captured
 * @throws Failed `host-lacks` (program not installed), `interrupted` (signal fired), `no-space`,
 *   `command-failed` (any other end), with the last lines of output. What `onLine` throws is passed
 *   on after the child was ended; RangeError when more than 64 MiB are printed to be captured
 */
export async function exec(argv: Argv, options: ExecOptions = {}): Promise<ExecResult> {
  if (isAborted(options)) throw interrupted();
  const path = (options.env ?? process.env)['PATH'];
  if (findProgram(argv[0], path, options.cwd) === undefined) throw lacks(argv[0]);
  const output = new Output(options);
  const [program, ...args] = bound(argv);
  const child = execa(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env, extendEnv: false }),
    stdio: [standardInput(options), 'pipe', 'pipe', ...(options.handed ?? [])],
    ...(options.input === undefined ? {} : { input: options.input }),
    // execa would put all that was printed through a regular expression for its error's message.
    buffer: false,
    // Its handlers of signals end this process when ours was registered for one signal only. What is
    // to die with us does so by `bound`.
    cleanup: false,
    reject: false,
  });
  const stopper = new Stopper(child, options);
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => {
    faults.push(error);
    stopper.stop('fault');
  };
  output.follow(child, 'stdout', onFault);
  output.follow(child, 'stderr', onFault);
  const result = await child;
  stopper.release();
  output.close();
  if (faults.length > 0) throw spaceFailure(faults[0], options.log ?? '') ?? faults[0];
  if (stopper.reason === 'signal') throw interrupted();
  const exitCode = result.exitCode ?? -1;
  if (stopper.reason === undefined && (options.accept ?? [0]).includes(exitCode)) {
    return { exitCode, stdout: output.captured('stdout'), stderr: output.captured('stderr') };
  }
  // Ctrl-C reaches the child too, and its end may be seen before the signal.
  await sleep(SIGNAL_LATE_MS);
  if (isAborted(options)) throw interrupted();
  const end =
    stopper.reason === 'time'
      ? `not done after ${String((options.timeoutMs ?? 0) / 1000)} s`
      : describe(result);
  throw commandFailure(argv, options, output.tail, end);
}

function standardInput({ input, inputFile }: ExecOptions): 'pipe' | 'ignore' | { file: string } {
  if (inputFile !== undefined) return { file: inputFile };
  return input === undefined ? 'ignore' : 'pipe';
}

function isAborted({ signal }: ExecOptions): boolean {
  return signal?.aborted === true;
}

interface Ending {
  readonly signal?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly shortMessage?: string | undefined;
}

function describe(end: Ending): string {
  if (end.signal !== undefined) return `ended by ${end.signal}`;
  if (end.exitCode !== undefined) return `exit code ${String(end.exitCode)}`;
  return `could not be started (${end.shortMessage ?? 'cause unknown'})`;
}

/**
 * The failure of a command, `command-failed` or `no-space`.
 *
 * @param tail the last lines of what it printed
 * @param end how it ended, such as `exit code 2`
 */
export function commandFailure(
  argv: Argv,
  options: Pick<ExecOptions, 'cwd' | 'log'>,
  tail: readonly string[],
  end: string,
): Failed {
  if (tail.some((line) => line.includes(NO_SPACE))) {
    return noSpace(options.cwd ?? process.cwd(), [argv.join(' '), ...tail]);
  }
  return new Failed({
    reason: 'command-failed',
    message: `${argv.join(' ')}: ${end}`,
    details: tail,
    ...(options.log === undefined ? {} : { log: options.log }),
  });
}

/** The failure of a program that is not installed, naming the package that brings it. */
export function lacks(program: string): Failed {
  return new Failed({
    reason: 'host-lacks',
    message: `the program ${program} is not installed`,
    hints: [`install the package ${packageOf(program)}, or run again with --install-deps`],
  });
}

/** The failure that an aborted signal means everywhere. */
export function interrupted(): Failed {
  return new Failed({ reason: 'interrupted', message: 'interrupted' });
}

/** True if a program can be found on PATH. */
export function hasProgram(program: string): Promise<boolean> {
  return Promise.resolve(findProgram(program) !== undefined);
}
