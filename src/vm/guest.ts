// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exec, interrupted } from '../host/exec.js';
import type { KernelComplaint } from '../model/check.js';
import { Failed } from '../model/failure.js';
import { Agent, type Hello, type RunResult } from './agent.js';
import { guestArgv, PORTS, type GuestSpec } from './argv.js';
import { Clock, type ClockReading } from './clock.js';
import { Console } from './console.js';
import { complaintFailure, deathFailure, hangFailure, type Evidence } from './failures.js';
import { SerialPort } from './serial.js';

export interface GuestOptions {
  readonly signal: AbortSignal;
  /** Milliseconds from QEMU's start to the agent's first word. Default: 90 s. */
  readonly bootTimeoutMs?: number;
  /** Milliseconds without a word of the agent after which the guest counts as hung. Default: 20 s. */
  readonly silenceMs?: number;
}

const BOOT_TIMEOUT_MS = 90_000;
const SILENCE_MS = 20_000;
const HEARTBEAT_MS = 1000;
/** After an oops the kernel still prints its report. */
const REPORT_MS = 1000;
/** What a guest gets to power off, and a console's reader to read what is left. */
const HALT_MS = 10_000;
const DRAIN_MS = 2000;
/** The agent's exit code when all is well. */
const HALTED = 0;
/** Every end of QEMU is an answer. */
const ANY_EXIT = Array.from({ length: 256 }, (_, code) => code);

const BOOT_HINTS = [
  'the kernel needs a serial port driver, gzip and initramfs support (l7build config check)',
];

/** A running guest with its agent. Obtained from startGuest; to be ended by stop or kill. */
export class Guest {
  readonly #evidence: Evidence;
  readonly #stop = new AbortController();
  readonly #clock = new Clock();
  #ports: SerialPort[] = [];
  #agent: Agent | undefined;
  #qemu: Promise<void> = Promise.resolve();
  #failure: Failed | undefined;
  #halting = false;
  #hello: Hello | undefined;
  /** Milliseconds from QEMU's start to the agent's first word. */
  bootMs = 0;

  constructor(
    private readonly spec: GuestSpec,
    private readonly options: GuestOptions,
  ) {
    this.#evidence = { console: new Console(), consoleLog: spec.consoleLog };
  }

  /** The kernel's release, as `uname -r` tells. */
  get release(): string {
    return this.#hello?.release ?? '';
  }

  /** What the kernel has complained of so far. */
  get complaints(): readonly KernelComplaint[] {
    return this.#evidence.console.complaints;
  }

  /** The guest's clock against ours; undefined before two readings. */
  get clock(): ClockReading | undefined {
    return this.#clock.reading();
  }

  /** Starts QEMU and waits for the agent. Failures: see startGuest. */
  async boot(): Promise<void> {
    const started = performance.now();
    await mkdir(this.spec.ports, { recursive: true });
    const [consolePort, agentPort] = PORTS.map((name) => join(this.spec.ports, name));
    const console = await SerialPort.open(consolePort ?? '', (line) => {
      this.#onConsole(line);
    });
    this.#ports.push(console);
    let agent: Agent | undefined;
    const serial = await SerialPort.open(agentPort ?? '', (line) => agent?.receive(line));
    this.#ports.push(serial);
    agent = new Agent((text) => serial.send(text));
    this.#agent = agent;
    agent.onUptime = (ms) => {
      this.#clock.note(ms);
    };
    this.#qemu = this.#run();
    const limit = this.options.bootTimeoutMs ?? BOOT_TIMEOUT_MS;
    const timer = setTimeout(() => {
      this.#fail(hangFailure(`did not come up within ${words(limit)}`, this.#evidence, BOOT_HINTS));
    }, limit);
    try {
      this.#hello = await agent.hello();
    } finally {
      clearTimeout(timer);
    }
    this.#clock.set(this.#hello.epochMs);
    this.bootMs = Math.round(performance.now() - started);
    void this.#watch(agent);
  }

  /** Runs a script in the guest; see Agent.run. */
  async run(script: string, timeoutMs?: number): Promise<RunResult> {
    if (this.#agent === undefined) throw new Error('the guest was never started');
    return this.#agent.run(script, timeoutMs);
  }

  /**
   * Powers the guest off and waits for QEMU's end.
   *
   * @throws Failed `guest-*` when the kernel complained of anything from boot to power-off, or when
   *   the guest does not end
   */
  async stop(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#halting = true;
    await this.#agent?.halt(HALTED);
    const ended = await Promise.race([
      this.#qemu.then(() => true),
      delay(HALT_MS, false, { ref: false }),
    ]);
    await this.kill();
    const failure =
      this.#failure ?? complaintFailure(this.#evidence) ?? this.#unasked(ended, HALTED);
    if (failure !== undefined) throw failure;
  }

  /** Ends QEMU at once, if it still runs, and frees the ports. */
  async kill(): Promise<void> {
    this.#halting = true;
    this.#stop.abort();
    await this.#qemu;
    await Promise.all(this.#ports.map((port) => port.close()));
    this.#ports = [];
  }

  /** The failure of a guest that was asked to power off and did something else. */
  #unasked(ended: boolean, code: number): Failed | undefined {
    if (!ended) return hangFailure('did not power off', this.#evidence);
    if (this.#agent?.farewell === code) return undefined;
    return deathFailure('ended, but the agent had not', [], this.#evidence);
  }

  /** Runs QEMU to its end, whatever that is, and tells failures apart. */
  async #run(): Promise<void> {
    const signal = AbortSignal.any([this.options.signal, this.#stop.signal]);
    let end: string;
    let stderr: string[] = [];
    try {
      const result = await exec(guestArgv(this.spec), { accept: ANY_EXIT, signal });
      end = `ended with exit code ${String(result.exitCode)}`;
      stderr = result.stderr.trim().split('\n').filter(Boolean);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (error.failure.reason !== 'command-failed') {
        if (this.options.signal.aborted) this.#fail(interrupted());
        else if (!this.#stop.signal.aborted) this.#fail(error);
        return;
      }
      end = `was ${error.failure.message.split(': ').at(-1) ?? ''}`;
      stderr = [...(error.failure.details ?? [])];
    }
    const drained = Promise.all(this.#ports.map((port) => port.drained()));
    await Promise.race([drained, delay(DRAIN_MS, undefined, { ref: false })]);
    if (this.#halting) return;
    this.#fail(complaintFailure(this.#evidence) ?? deathFailure(end, stderr, this.#evidence));
  }

  #onConsole(line: string): void {
    const kind = this.#evidence.console.push(line)?.kind;
    if (kind !== 'oops' && kind !== 'bug') return;
    // Such a guest may go on for a while, but nothing that it says counts any more.
    setTimeout(() => {
      const failure = complaintFailure(this.#evidence);
      if (failure !== undefined) this.#fail(failure);
    }, REPORT_MS).unref();
  }

  async #watch(agent: Agent): Promise<void> {
    const limit = this.options.silenceMs ?? SILENCE_MS;
    while (this.#failure === undefined && !this.#halting) {
      await agent.ping().catch(() => undefined);
      await delay(Math.min(HEARTBEAT_MS, limit / 2), undefined, { ref: false });
      if (this.#halting || performance.now() - agent.lastHeard <= limit) continue;
      const what = `has not answered for ${words(limit)}`;
      this.#fail(complaintFailure(this.#evidence) ?? hangFailure(what, this.#evidence));
    }
  }

  #fail(failure: Failed): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#agent?.fail(failure);
    this.#stop.abort();
  }
}

/**
 * Boots a guest and waits until its agent answers. QEMU dies with this process.
 *
 * @throws Failed `guest-panic`, `guest-oops` (also BUG, KASAN, lockdep, WARNING), `guest-hang` (it
 *   did not come up, or a task hangs), `guest-died` (QEMU ended), `host-lacks` (no QEMU),
 *   `interrupted`; all but the last two with the console's lines that matter. Then nothing runs
 *   any more
 */
export async function startGuest(spec: GuestSpec, options: GuestOptions): Promise<Guest> {
  const guest = new Guest(spec, options);
  try {
    await guest.boot();
  } catch (error) {
    await guest.kill();
    throw error;
  }
  return guest;
}

function words(ms: number): string {
  return `${String(ms / 1000)} s`;
}
