// SPDX-License-Identifier: GPL-2.0-only
import { createWriteStream } from 'node:fs';
import { execa, type ResultPromise } from 'execa';
import { Failed } from '../model/failure.js';
import { packageOf } from './tools.js';

export interface ExecOptions {
  readonly cwd?: string;
  /** The whole environment of the child; default: ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input; without it standard input is empty. */
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** Both streams are appended to this file as they come. */
  readonly log?: string;
  /** Called with each line of either stream. */
  readonly onLine?: (line: string) => void;
  /** Keep output in the result (default). Off for commands that print megabytes: the log has them. */
  readonly capture?: boolean;
  readonly timeoutMs?: number;
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
const EXCERPT_LINES = 20;
/** Grace between SIGTERM and SIGKILL, in milliseconds. */
const KILL_AFTER_MS = 3000;

function excerpt(text: string): string[] {
  return text.trimEnd().split('\n').slice(-EXCERPT_LINES);
}

/**
 * Runs a command without a shell and waits for its end. The child gets SIGKILL if this process dies.
 *
 * @param argv program and arguments
 * @returns exit code (one of `accept`) and what was captured
 * @throws Failed `host-lacks` (program not installed), `interrupted` (signal fired),
 *   `command-failed` (any other end), with the last lines of output
 */
export async function exec(argv: Argv, options: ExecOptions = {}): Promise<ExecResult> {
  if (options.signal?.aborted === true) throw interrupted();
  const [program, ...args] = argv;
  const log = options.log === undefined ? undefined : createWriteStream(options.log, { flags: 'a' });
  const tail: string[] = [];
  const child = execa(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env, extendEnv: false }),
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    buffer: options.capture ?? true,
    maxBuffer: 256 * 1024 * 1024,
    forceKillAfterDelay: KILL_AFTER_MS,
    stripFinalNewline: false,
    reject: false,
  });
  const follow = log !== undefined || options.onLine !== undefined || options.capture === false;
  const followed = follow
    ? followLines(child, (line) => {
        log?.write(`${line}\n`);
        tail.push(line);
        if (tail.length > EXCERPT_LINES) tail.shift();
        options.onLine?.(line);
      })
    : undefined;
  const result = await child;
  await followed;
  await new Promise<void>((done) => {
    if (log === undefined) done();
    else log.end(done);
  });
  const stdout = typeof result.stdout === 'string' ? result.stdout : '';
  const stderr = typeof result.stderr === 'string' ? result.stderr : '';
  if (result.isCanceled) throw interrupted();
  if (result.code === 'ENOENT' && result.exitCode === undefined) {
    throw new Failed({
      reason: 'host-lacks',
      message: `the program ${program} is not installed`,
      hints: [`install the package ${packageOf(program)}, or run again with --install-deps`],
    });
  }
  const exitCode = result.exitCode ?? -1;
  if (!(options.accept ?? [0]).includes(exitCode)) {
    throw new Failed({
      reason: 'command-failed',
      message: `${argv.join(' ')}: ${ending(result, options.timeoutMs)}`,
      details: tail.length > 0 ? tail : excerpt(stdout + stderr),
      ...(options.log === undefined ? {} : { log: options.log }),
    });
  }
  return { exitCode, stdout, stderr };
}

interface Ending {
  readonly timedOut: boolean;
  readonly signal?: string | undefined;
  readonly exitCode?: number | undefined;
}

function ending(result: Ending, timeoutMs: number | undefined): string {
  if (result.timedOut) return `not done after ${String((timeoutMs ?? 0) / 1000)} s`;
  if (result.signal !== undefined) return `ended by ${result.signal}`;
  return `exit code ${String(result.exitCode ?? 'none')}`;
}

async function followLines(child: ResultPromise, onLine: (line: string) => void): Promise<void> {
  for await (const line of child.iterable({ from: 'all' as never })) {
    onLine(String(line));
  }
}

/** The failure that an aborted signal means everywhere. */
export function interrupted(): Failed {
  return new Failed({ reason: 'interrupted', message: 'interrupted' });
}

/** True if a program can be found on PATH. */
export async function hasProgram(program: string): Promise<boolean> {
  const { exitCode } = await exec(['which', program], { accept: [0, 1] });
  return exitCode === 0;
}
