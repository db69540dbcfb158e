// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KernelComplaint } from '../model/check.js';
import { Failed } from '../model/failure.js';
import type { RunResult } from '../model/run-result.js';
import { Agent, type Hello } from './agent.js';
import {
  goesOnFrom,
  guestArgv,
  OUTPUT,
  type GuestSpec,
  type PORTS,
  type WholeState,
} from './argv.js';
import { Clock, type ClockReading } from './clock.js';
import { Console, recall } from './console.js';
import { complaintFailure, deathFailure, hangFailure, type Evidence } from './failures.js';
import * as limits from './guest-options.js';
import { qemuEnd } from './qemu.js';
import { SerialPort, type LineSink } from './serial.js';
import { setTime } from './set-time.js';
import { outlasts } from './silence.js';
import { StateKeeper } from './state.js';

/** A running guest with its agent. Obtained from startGuest; to be ended by stop or kill. */
export class Guest {
  readonly #evidence: Evidence;
  readonly #stop = new AbortController();
  #clock = new Clock();
  readonly #ports: SerialPort[] = [];
  /** Its words go to the port that is opened last. */
  readonly #agent = new Agent((text) => this.#ports.at(-1)?.send(text) ?? Promise.resolve());
  readonly #keeper: StateKeeper | undefined;
  #qemu: Promise<void> = Promise.resolve();
  #failure: Failed | undefined;
  #halting = false;
  #paused = false;
  #hello: Hello | undefined;
  #started = 0;
  /** Milliseconds from QEMU's start to the agent's first word. */
  bootMs = 0;

  constructor(
    private readonly spec: GuestSpec,
    private readonly options: limits.GuestOptions,
  ) {
    this.#evidence = { console: new Console(), consoleLog: spec.consoleLog };
    this.#keeper = spec.state === undefined ? undefined : new StateKeeper(spec.state);
  }

  /** Milliseconds since QEMU's start. */
  get ageMs(): number {
    return Math.round(performance.now() - this.#started);
  }

  /** The kernel's release, as `uname -r` tells. */
  get release(): string {
    return this.#hello?.release ?? '';
  }

  /** What the kernel has complained of so far. */
  get complaints(): readonly KernelComplaint[] {
    return this.#evidence.console.complaints;
  }

  /** Why the guest is of no use any more, if so. */
  get failure(): Failed | undefined {
    return this.#failure;
  }

  /** The guest's clock against ours; undefined before two readings. */
  get clock(): ClockReading | undefined {
    return this.#clock.reading();
  }

  /** Starts QEMU and waits for the agent. Failures: see startGuest. */
  async boot(): Promise<void> {
    this.#started = performance.now();
    await mkdir(this.spec.ports, { recursive: true });
    this.#agent.onUptime = (ms) => {
      this.#clock.note(ms);
    };
    await this.#open('console', {
      onLine: (line) => {
        this.#onConsole(line);
      },
    });
    if (this.#keeper !== undefined) this.#ports.push(await this.#keeper.open(this.spec.ports));
    const from = goesOnFrom(this.spec.state);
    if (this.spec.output === true) await this.#open(OUTPUT, this.options.output ?? {});
    await this.#open('agent', {
      onLine: (line) => {
        this.#agent.receive(line);
      },
    });
    this.#qemu = this.#run();
    const limit = this.options.bootTimeoutMs ?? limits.BOOT_TIMEOUT_MS;
    const timer = setTimeout(() => {
      const what = `did not come up within ${limits.seconds(limit)}`;
      this.#fail(hangFailure(what, this.#evidence, limits.BOOT_HINTS));
    }, limit);
    try {
      if (from !== undefined) await this.#resume(from);
      this.#hello = await this.#agent.hello();
    } finally {
      clearTimeout(timer);
    }
    this.#clock.set(this.#hello.epochMs);
    this.bootMs = this.ageMs;
    void this.#watch();
  }

  /** Runs a script in the guest; see Agent.run. */
  async run(script: string, timeoutMs?: number, signal?: AbortSignal): Promise<RunResult> {
    return this.#agent.run(script, timeoutMs, signal);
  }

  /** Starts a script in the guest whose input and output are passed on; see Agent.stream. */
  stream: Agent['stream'] = (...words) => this.#agent.stream(...words);

  /**
   * Powers the guest off and waits for QEMU's end.
   *
   * @throws Failed `guest-*` when the kernel complained of anything from boot to power-off, or when
   *   the guest does not end
   */
  async stop(): Promise<void> {
    this.#halting = this.#failure === undefined;
    if (this.#halting) await this.#agent.halt(limits.HALTED);
    const ended = await Promise.race([
      this.#qemu.then(() => true),
      delay(limits.HALT_MS, false, { ref: false }),
    ]);
    await this.kill();
    const failure =
      this.#failure ?? complaintFailure(this.#evidence) ?? this.#unasked(ended, limits.HALTED);
    if (failure !== undefined) throw failure;
  }

  /**
   * Saves it to the files of its spec, and ends it.
   *
   * @throws Failed `command-failed` with QEMU's words, `no-space`, or how the guest failed; it has ended then, too
   */
  async save(): Promise<void> {
    const { state, consoleLog } = this.spec;
    if (state?.to !== 'save') throw new Error('a guest without files for its state is not saved');
    this.#halting = this.#failure === undefined;
    try {
      await this.#keeper?.save(this.#folder);
    } finally {
      await this.kill();
    }
    await copyFile(consoleLog, state.console);
  }

  /** Has one with a state stand still, until `goOn`; that it is silent meanwhile is no fault. @throws as `save` */
  async pause(): Promise<void> {
    this.#paused = true;
    await this.#keeper?.pause();
  }

  /** Writes all of a guest that stands still to files that must not be there. @throws as `save`; it can go on then, too */
  async write({ whole, console }: WholeState): Promise<void> {
    await this.#keeper?.write(this.#folder, whole);
    await copyFile(this.spec.consoleLog, console);
  }

  /** Has it go on after a pause, and sets its clock, which stood still. @throws as `save` */
  async goOn(): Promise<void> {
    try {
      await this.#keeper?.goOn();
    } finally {
      this.#paused = false;
    }
    const epochMs = await setTime(this.#agent, this.#evidence);
    this.#clock = new Clock();
    this.#clock.set(epochMs);
  }

  /**
   * Ends QEMU at once, if it still runs, takes in what it had sent, and frees the ports.
   *
   * @param why ends all that is waited for
   */
  async kill(why?: Failed): Promise<void> {
    if (why !== undefined) this.#fail(why);
    this.#halting = true;
    this.#stop.abort();
    await this.#qemu;
    // A guest that never spoke may not have opened its ports.
    if (this.#hello !== undefined) await this.#drained();
    await Promise.all(this.#ports.map((port) => port.close()));
    await this.#keeper?.close();
  }

  /** Waits until all that QEMU sent before its end is read. */
  async #drained(): Promise<void> {
    const drained = Promise.all(this.#ports.map((port) => port.drained()));
    await Promise.race([drained, delay(limits.DRAIN_MS, undefined, { ref: false })]);
  }

  async #open(port: (typeof PORTS)[number] | typeof OUTPUT, sink: LineSink): Promise<void> {
    this.#ports.push(await SerialPort.open(join(this.spec.ports, port), sink));
  }

  /** Has it go on from where it was saved, and sets its clock, which goes on from there as well. */
  async #resume({ console }: Pick<WholeState, 'console'>): Promise<void> {
    const load = async (): Promise<void> => {
      for (const line of await recall(console, this.spec.consoleLog)) this.#onConsole(line);
      await this.#keeper?.load(this.#folder);
    };
    await load().catch((error: unknown) => {
      const failed = deathFailure('did not take the state', [String(error)], this.#evidence);
      throw error instanceof Failed ? error : failed;
    });
    await this.#agent.hello();
    await setTime(this.#agent, this.#evidence);
  }

  /** Where QEMU works. */
  get #folder(): string {
    return this.options.cwd ?? process.cwd();
  }

  /** The failure of a guest that was asked to power off and did something else. */
  #unasked(ended: boolean, code: number): Failed | undefined {
    if (!ended) return hangFailure('did not power off', this.#evidence);
    if (this.#agent.farewell === code) return undefined;
    return deathFailure('ended, but the agent had not', [], this.#evidence);
  }

  /** Runs QEMU to its end, whatever that is, and tells failures apart. */
  async #run(): Promise<void> {
    const signal = AbortSignal.any([this.options.signal, this.#stop.signal]);
    const argv = guestArgv(this.spec, this.#keeper?.memory);
    const { wrap, cwd } = this.options;
    const end = await qemuEnd(wrap?.(argv) ?? argv, signal, cwd);
    if (end instanceof Failed) {
      // Interrupted by us or by the user, or QEMU is not there at all.
      if (this.options.signal.aborted || !this.#stop.signal.aborted) this.#fail(end);
      return;
    }
    await this.#drained();
    const death =
      complaintFailure(this.#evidence) ?? deathFailure(end.how, end.stderr, this.#evidence);
    if (this.#halting) this.#keeper?.fail(death);
    else this.#fail(death);
  }

  #onConsole(line: string): void {
    const kind = this.#evidence.console.push(line)?.kind;
    if (kind !== 'oops' && kind !== 'bug') return;
    // Such a guest may go on for a while, but nothing that it says counts any more.
    setTimeout(() => {
      const failure = complaintFailure(this.#evidence);
      if (failure !== undefined) this.#fail(failure);
    }, limits.REPORT_MS).unref();
  }

  async #watch(): Promise<void> {
    const limit = this.options.silenceMs ?? limits.SILENCE_MS;
    const over = (): boolean => this.#failure !== undefined || this.#halting;
    if (!(await outlasts(this.#agent, limit, { over, paused: () => this.#paused }))) return;
    const what = `has not answered for ${limits.seconds(limit)}`;
    this.#fail(complaintFailure(this.#evidence) ?? hangFailure(what, this.#evidence));
  }

  #fail(failure: Failed): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#agent.fail(failure);
    this.#keeper?.fail(failure);
    this.#stop.abort();
  }
}

/**
 * Boots a guest and waits until its agent answers. QEMU dies with this process.
 *
 * @throws Failed `guest-panic`, `guest-oops` (also BUG, KASAN, lockdep, WARNING), `guest-hang` (it
 *   did not come up, or a task hangs), `guest-died` (QEMU ended), `host-lacks` (no QEMU),
 *   `interrupted`, and of one that goes on `command-failed`, `no-space`; the first four with the
 *   console's lines that matter. Then nothing runs any more
 */
export async function startGuest(spec: GuestSpec, options: limits.GuestOptions): Promise<Guest> {
  const guest = new Guest(spec, options);
  try {
    await guest.boot();
  } catch (error) {
    await guest.kill();
    throw error;
  }
  return guest;
}
