// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { pipeline, Readable, type Writable } from 'node:stream';
import { Failed } from '../model/failure.js';
import { bound, interrupted, lacks, type Argv } from './exec.js';
import { findProgram } from './tools.js';

/** Bytes of complaints that are kept. */
const COMPLAINT_LIMIT = 8192;

/** A running filter: bytes in, bytes out. */
export interface Filter {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /**
   * Settles when the program has ended.
   * @throws Failed `command-failed` with what it complained of, `interrupted` when the signal fired
   */
  readonly ended: Promise<void>;
  /** Ends the program before its time; `ended` then settles without complaint. */
  stop(): void;
}

/**
 * Starts a program whose output is read as it comes, such as a decompressor. It is killed if this
 * process dies.
 *
 * @throws Failed `host-lacks` when the program is not installed
 */
export function startFilter(argv: Argv, signal: AbortSignal): Filter {
  if (signal.aborted) throw interrupted();
  if (findProgram(argv[0]) === undefined) throw lacks(argv[0]);
  const [program, ...args] = bound(argv);
  // Not execa: that lets go of output which nobody reads yet at the next turn of the event loop.
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  // A program that ends before anyone reads: with nobody listening node drops what it has printed.
  child.stdout.on('readable', () => undefined);
  const kill = (): void => {
    child.kill('SIGKILL');
    // Output that nobody reads any more would keep the child from being closed.
    child.stdout.destroy();
  };
  signal.addEventListener('abort', kill, { once: true });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < COMPLAINT_LIMIT) complaint += chunk.toString();
  });
  child.stdin.on('error', () => {
    // EPIPE of a program that ended early; its end tells why.
  });
  let stopped = false;
  const ended = new Promise<void>((done, fail) => {
    child.once('error', fail);
    child.once('close', (exitCode, killedBy) => {
      signal.removeEventListener('abort', kill);
      if (signal.aborted) fail(interrupted());
      else if (stopped || exitCode === 0) done();
      else {
        fail(
          new Failed({
            reason: 'command-failed',
            message: `${argv.join(' ')}: ${killedBy ?? `exit code ${String(exitCode)}`}`,
            details: complaint.trim().split('\n'),
          }),
        );
      }
    });
  });
  // Whoever reads the output learns of a failure from `ended`, at its own time.
  ended.catch(() => undefined);
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    stop: () => {
      stopped = true;
      kill();
    },
  };
}

/** Bytes as they come. */
export type Bytes = AsyncIterable<Buffer>;

/** Filters that run together, such as those between an archive and its plain bytes. */
export class Chain {
  readonly #filters: Filter[] = [];
  /** Why the feeding of a filter ended, when it was not the filter's own doing. */
  fault: Error | undefined;

  constructor(readonly signal: AbortSignal) {}

  /** Starts a filter, fed from `input` or with nothing. */
  start(argv: Argv, input?: Bytes): Filter {
    const filter = startFilter(argv, this.signal);
    this.#filters.push(filter);
    if (input === undefined) filter.stdin.end();
    else {
      pipeline(Readable.from(input, { objectMode: false }), filter.stdin, (error) => {
        if (error && error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') {
          this.fault ??= error;
        }
      });
    }
    return filter;
  }

  /** Waits for all of them. @throws what the first one that fails throws */
  async ended(): Promise<void> {
    await Promise.all(this.#filters.map(({ ended }) => ended));
    if (this.fault !== undefined) throw this.fault;
  }

  /** Ends all of them, whatever they are at. */
  async stop(): Promise<void> {
    for (const filter of this.#filters) filter.stop();
    await Promise.allSettled(this.#filters.map(({ ended }) => ended));
  }
}
