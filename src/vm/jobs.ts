// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';
import type { RunResult } from '../model/run-result.js';
import type { OutputStream } from './frames.js';

/** How a job ended. */
export type JobEnd = Pick<RunResult, 'exitCode' | 'timedOut'>;

/** What is told of a job while it runs. */
export interface Listener {
  /** A piece of its output. */
  readonly take: (stream: OutputStream, bytes: Buffer) => void;
  /** It was given a piece of its input. */
  readonly took: () => void;
}

/** A job whose input and output are passed on while it runs. */
export interface Streaming {
  /**
   * Gives it input: at most INPUT_WINDOW pieces more than it took.
   *
   * @param piece of at most INPUT_PIECE bytes; an empty one is the end
   */
  readonly give: (piece: Buffer) => void;
  /** Has so many more pieces of its output sent. The first OUTPUT_WINDOW come unasked. */
  readonly more: (stream: OutputStream, pieces: number) => void;
  /** @throws Failed `guest-*` when the guest fails, meanwhile or before */
  readonly ended: Promise<JobEnd>;
}

interface Limits {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Job {
  readonly listener: Listener;
  timedOut: boolean;
  readonly settle: (end: JobEnd) => void;
  readonly reject: (error: Failed) => void;
}

/** After a script was killed its end is told at once; without that the command never arrived. */
const KILLED_MS = 10_000;

/** What a guest is at: from the line that starts a job to the one that tells of its end. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  #failure: Failed | undefined;

  /** @param killing the line that kills a job */
  constructor(
    private readonly put: (text: string) => Promise<void>,
    private readonly killing: (id: string) => string,
  ) {}

  /**
   * Has the guest do a job, and waits for its end; when the time is over or the signal fires it is killed.
   *
   * @throws Failed given to `fail` or made by `drop`
   */
  async start(
    id: string,
    line: string,
    listener: Listener,
    { timeoutMs, signal }: Limits,
  ): Promise<JobEnd> {
    if (this.#failure !== undefined) throw this.#failure;
    let timer: NodeJS.Timeout | undefined;
    const kill = (): void => {
      clearTimeout(timer);
      const job = this.#jobs.get(id);
      if (job === undefined) return;
      job.timedOut = true;
      this.send(id, this.killing(id));
      timer = setTimeout(() => {
        this.drop(id, 'a command to the guest got no answer');
      }, KILLED_MS);
    };
    try {
      return await new Promise<JobEnd>((settle, reject) => {
        this.#jobs.set(id, { listener, timedOut: false, settle, reject });
        if (timeoutMs !== undefined) timer = setTimeout(kill, timeoutMs);
        signal?.addEventListener('abort', kill, { once: true });
        this.send(id, line);
        if (signal?.aborted === true) kill();
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      this.#jobs.delete(id);
    }
  }

  /** Sends a line that is about a job. @returns false when that has ended */
  send(id: string, line: string): boolean {
    const job = this.#jobs.get(id);
    if (job === undefined) return false;
    this.put(line).catch(job.reject);
    return true;
  }

  /** Who is told of a job; undefined when that has ended. */
  listener(id: string): Listener | undefined {
    return this.#jobs.get(id)?.listener;
  }

  finish(id: string, exitCode: number): void {
    const job = this.#jobs.get(id);
    job?.settle({ exitCode, timedOut: job.timedOut });
  }

  /** Waits for a job no longer, and has it killed. */
  drop(id: string, message: string): void {
    this.send(id, this.killing(id));
    this.#jobs.get(id)?.reject(new Failed({ reason: 'check-failed', message }));
  }

  /** Ends all jobs, now and later, with this failure. */
  fail(error: Failed): void {
    this.#failure ??= error;
    for (const job of this.#jobs.values()) job.reject(error);
  }
}
