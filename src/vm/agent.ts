// SPDX-License-Identifier: GPL-2.0-only
import { randomBytes } from 'node:crypto';
import type { Failed } from '../model/failure.js';
import type { RunResult } from '../model/run-result.js';
import { command, INPUT_PIECE, parseFrame, type Frame, type OutputStream } from './frames.js';
import { InputQueue } from './input-queue.js';
import { Jobs, type Listener, type Streaming } from './jobs.js';

export type Hello = Extract<Frame, { type: 'hello' }>;

/** Milliseconds between two calls to an agent that may not listen yet. */
const HELLO_EVERY_MS = 250;
/** Longest script: what a pipe and the kernel's line buffers hold while the agent is busy. */
const SCRIPT_LIMIT = 24 * 1024;
/** Bytes that one script may print. */
const OUTPUT_LIMIT = 4 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 30_000;

/** The host's side of the line protocol with a guest's agent (docs/guest.md). */
export class Agent {
  readonly #nonce = randomBytes(6).toString('hex');
  readonly #jobs: Jobs;
  readonly #input = new InputQueue();
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
    this.#jobs = new Jobs(send, (id) => command.kill(this.#nonce, id));
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
        this.#jobs.listener(frame.id)?.take(frame.type, frame.bytes);
        return;
      case 'got':
        this.#input.got();
        return;
      case 'took':
        this.#jobs.listener(frame.id)?.took();
        return;
      case 'exit':
        this.#jobs.finish(frame.id, frame.code);
        return;
      case 'bye':
        this.farewell = frame.code;
        return;
      case 'bad':
        this.#jobs.drop(frame.id, 'a command to the guest arrived damaged');
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
    const id = this.#nextId();
    const printed = { out: [] as Buffer[], err: [] as Buffer[] };
    let size = 0;
    const take = (stream: OutputStream, bytes: Buffer): void => {
      size += bytes.length;
      if (size > OUTPUT_LIMIT) this.#jobs.drop(id, 'a script in the guest printed more than 4 MiB');
      else printed[stream].push(bytes);
    };
    const listener = { take, took: () => undefined };
    const limits = signal === undefined ? { timeoutMs } : { timeoutMs, signal };
    const end = await this.#jobs.start(
      id,
      command.run(this.#nonce, id, bounded(script)),
      listener,
      limits,
    );
    const text = (stream: OutputStream): string => Buffer.concat(printed[stream]).toString();
    return { ...end, stdout: text('out'), stderr: text('err') };
  }

  /**
   * Starts a script of the guest's shell whose input and output are passed on while it runs. Several may run at once.
   *
   * @param timeoutMs after that it is killed; undefined: never
   * @param signal ends it before its time
   */
  stream(
    script: string,
    listener: Listener,
    timeoutMs: number | undefined,
    signal: AbortSignal,
  ): Streaming {
    const id = this.#nextId();
    const line = command.stream(this.#nonce, id, bounded(script));
    const limits = timeoutMs === undefined ? { signal } : { signal, timeoutMs };
    return {
      ended: this.#jobs.start(id, line, listener, limits),
      give: (piece) => {
        if (piece.length > INPUT_PIECE) throw new RangeError('a piece of input is too long');
        this.#input.push(() => this.#jobs.send(id, command.in(this.#nonce, id, piece)));
      },
      more: (stream, pieces) => {
        this.#jobs.send(id, command.more(this.#nonce, id, stream, pieces));
      },
    };
  }

  #nextId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  /** Asks for a sign of life, which shows in `lastHeard`. */
  async ping(): Promise<void> {
    await this.#send(command.ping(this.#nonce, this.#nextId()));
  }

  /** Ends the agent, and with it the guest. @param code what it ends with, and then says as `farewell` */
  async halt(code: number): Promise<void> {
    await this.#send(command.halt(this.#nonce, code));
  }

  /** Ends all that is waited for, now and later, with this failure. */
  fail(error: Failed): void {
    this.#failure ??= error;
    this.#onFailure?.(error);
    this.#jobs.fail(error);
  }
}

/** @throws RangeError for a script that no line can carry */
function bounded(script: string): string {
  if (Buffer.byteLength(script) > SCRIPT_LIMIT) throw new RangeError('a script of over 24 KiB');
  return script;
}
