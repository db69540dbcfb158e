// SPDX-License-Identifier: GPL-2.0-only
import { randomBytes } from 'node:crypto';
import { Failed } from '../model/failure.js';
import { command, parseFrame, type Frame } from './frames.js';

/** What a script in the guest came to. */
export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The time was over, or nobody waited any more: it was killed with all that it had started. */
  readonly timedOut: boolean;
}

export type Hello = Extract<Frame, { type: 'hello' }>;

interface Job {
  readonly out: Buffer[];
  readonly err: Buffer[];
  size: number;
  timedOut: boolean;
  readonly settle: (result: RunResult) => void;
  readonly reject: (error: Failed) => void;
}

/** Milliseconds between two calls to an agent that may not listen yet. */
const HELLO_EVERY_MS = 250;
/** Longest script: what a pipe and the kernel's line buffers hold while the agent is busy. */
const SCRIPT_LIMIT = 24 * 1024;
/** Bytes that one script may print. */
const OUTPUT_LIMIT = 4 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 30_000;
/** After a script was killed its end is told at once; without that the command never arrived. */
const KILLED_MS = 10_000;

/** The host's side of the line protocol with a guest's agent (docs/guest.md). */
export class Agent {
  readonly #nonce = randomBytes(6).toString('hex');
  readonly #jobs = new Map<string, Job>();
  readonly #send: (text: string) => Promise<void>;
  #lastId = 0;
  #greeted: ((hello: Hello) => void) | undefined;
  #failure: Failed | undefined;
  #onFailure: ((error: Failed) => void) | undefined;
  /** When the agent last said something, by performance.now(). */
  lastHeard = performance.now();
  /** The exit code with which the agent said that it ends, if it did. */
  farewell: number | undefined;
  /** Called with the guest's uptime in milliseconds, each time that it is told. */
  onUptime: (ms: number) => void = () => undefined;

  constructor(send: (text: string) => Promise<void>) {
    this.#send = send;
  }

  /** Takes a line that came from the guest; whatever is not a frame of this session is skipped. */
  receive(line: string): void {
    const frame = parseFrame(line, this.#nonce);
    if (frame === undefined) return;
    this.lastHeard = performance.now();
    switch (frame.type) {
      case 'hello':
        this.onUptime(frame.uptimeMs);
        this.#greeted?.(frame);
        return;
      case 'pong':
        this.onUptime(frame.uptimeMs);
        return;
      case 'out':
      case 'err':
        this.#collect(frame.id, frame.type, frame.bytes);
        return;
      case 'exit':
        this.#finish(frame.id, frame.code);
        return;
      case 'bye':
        this.farewell = frame.code;
        return;
      case 'bad':
        this.#drop(frame.id, 'a command to the guest arrived damaged');
        return;
    }
  }

  /** Calls until the agent answers. @throws Failed given to `fail` */
  async hello(): Promise<Hello> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Hello>((done, fail) => {
        this.#greeted = done;
        this.#onFailure = fail;
        if (this.#failure !== undefined) fail(this.#failure);
        const call = (): void => void this.#send(command.hello(this.#nonce)).catch(() => undefined);
        call();
        timer = setInterval(call, HELLO_EVERY_MS);
      });
    } finally {
      clearInterval(timer);
      this.#greeted = undefined;
      this.#onFailure = undefined;
    }
  }

  /**
   * Runs a script of the guest's shell (busybox ash), without input. Several may run at once.
   *
   * @param signal ends it before its time
   * @returns also when it was killed for its time, or by the signal
   * @throws Failed `guest-*` when the guest fails meanwhile, `check-failed` for more output than 4 MiB
   */
  async run(
    script: string,
    timeoutMs: number = DEFAULT_TIMEOUT_MS,
    signal?: AbortSignal,
  ): Promise<RunResult> {
    if (Buffer.byteLength(script) > SCRIPT_LIMIT) throw new RangeError('a script of over 24 KiB');
    if (this.#failure !== undefined) throw this.#failure;
    this.#lastId += 1;
    const id = String(this.#lastId);
    let timer: NodeJS.Timeout | undefined;
    const kill = (): void => {
      clearTimeout(timer);
      const job = this.#jobs.get(id);
      if (job === undefined) return;
      job.timedOut = true;
      this.#send(command.kill(this.#nonce, id)).catch(job.reject);
      timer = setTimeout(() => {
        this.#drop(id, 'a command to the guest got no answer');
      }, KILLED_MS);
    };
    try {
      return await new Promise<RunResult>((settle, reject) => {
        this.#jobs.set(id, { out: [], err: [], size: 0, timedOut: false, settle, reject });
        timer = setTimeout(kill, timeoutMs);
        signal?.addEventListener('abort', kill, { once: true });
        this.#send(command.run(this.#nonce, id, script)).catch(reject);
        if (signal?.aborted === true) kill();
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      this.#jobs.delete(id);
    }
  }

  /** Asks for a sign of life, which shows in `lastHeard`. */
  async ping(): Promise<void> {
    this.#lastId += 1;
    await this.#send(command.ping(this.#nonce, String(this.#lastId)));
  }

  /** Ends the agent, and with it the guest. @param code what it ends with, and then says as `farewell` */
  async halt(code: number): Promise<void> {
    await this.#send(command.halt(this.#nonce, code));
  }

  /** Ends all that is waited for, now and later, with this failure. */
  fail(error: Failed): void {
    this.#failure ??= error;
    this.#onFailure?.(error);
    for (const job of this.#jobs.values()) job.reject(error);
  }

  #collect(id: string, stream: 'out' | 'err', bytes: Buffer): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    job.size += bytes.length;
    if (job.size > OUTPUT_LIMIT) this.#drop(id, 'a script in the guest printed more than 4 MiB');
    else job[stream].push(bytes);
  }

  #finish(id: string, exitCode: number): void {
    const job = this.#jobs.get(id);
    job?.settle({
      exitCode,
      stdout: Buffer.concat(job.out).toString(),
      stderr: Buffer.concat(job.err).toString(),
      timedOut: job.timedOut,
    });
  }

  #drop(id: string, message: string): void {
    this.#jobs.get(id)?.reject(new Failed({ reason: 'check-failed', message }));
  }
}
