// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exec } from '../host/exec.js';
import { kindOf } from '../host/files.js';
import { Failed } from '../model/failure.js';
import { hubArgv, socketOf, type HubSpec } from './argv.js';
import { Qmp } from './qmp.js';
import { SerialPort } from './serial.js';

/** Milliseconds to start in, also on a busy host. */
const START_MS = 30_000;
/** Milliseconds between two looks at whether its sockets are there. */
const PLUG_MS = 5;
/** Bytes of a frame that a capture has: all of the longest. */
const WHOLE_FRAME = 65_536;

/** The links of a lab: a QEMU without a machine that passes frames on. Obtained from startHub. */
export class Hub {
  readonly #stop = new AbortController();
  readonly #qmp = new Qmp((text) => this.#port?.send(text) ?? Promise.resolve());
  #port: SerialPort | undefined;
  #captures = 0;
  /** Settles when it has ended: with undefined when it was asked to. */
  ended: Promise<Failed | undefined> = Promise.resolve(undefined);

  constructor(private readonly spec: Pick<HubSpec, 'links'>) {}

  /** See startHub. */
  async start(folder: string, signal: AbortSignal): Promise<void> {
    const monitor = join(folder, 'monitor');
    this.#port = await SerialPort.open(monitor, {
      onLine: (line) => {
        this.#qmp.receive(line);
      },
    });
    this.ended = this.#run(monitor, folder, signal);
    const early = this.ended.then((failure) => {
      throw failure ?? gone();
    });
    const late = delay(START_MS, undefined, { ref: false }).then(() => {
      throw gone(`the lab's network is not up after ${String(START_MS / 1000)} s`);
    });
    const plugs = this.#qmp.open().then(() => this.#plugs(folder));
    await Promise.race([plugs, early, late]);
  }

  /** Waits until all sockets are there: QEMU makes them after it has begun to answer. */
  async #plugs(folder: string): Promise<void> {
    const ports = Object.entries(this.spec.links).flatMap(([link, cards]) =>
      cards.map((card) => join(folder, socketOf(link, card))),
    );
    while (!this.#stop.signal.aborted) {
      const there = await Promise.all(ports.map(async (port) => (await kindOf(port)) === 'other'));
      if (there.every(Boolean)) return;
      await delay(PLUG_MS, undefined, { ref: false });
    }
  }

  /**
   * Writes all frames of a link to a file (pcap) from now on.
   *
   * @param file absolute path; an older file is replaced
   * @returns ends the capture; after that the file is whole
   * @throws Failed `usage` for an unknown link, `command-failed` when the file can't be written
   */
  async capture(link: string, file: string): Promise<() => Promise<void>> {
    if (!(link in this.spec.links)) {
      const known = Object.keys(this.spec.links).join(', ');
      const hints = [`its links: ${known}`];
      throw new Failed({ reason: 'usage', message: `the lab has no link ${link}`, hints });
    }
    this.#captures += 1;
    const id = `capture${String(this.#captures)}`;
    const settings = { id, netdev: link, file, maxlen: WHOLE_FRAME };
    await this.#qmp.execute('object-add', { 'qom-type': 'filter-dump', ...settings });
    return async () => {
      await this.#qmp.execute('object-del', { id });
    };
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#stop.abort();
    await this.ended;
    await this.#port?.close();
  }

  async #run(monitor: string, cwd: string, signal: AbortSignal): Promise<Failed | undefined> {
    const argv = hubArgv({ ...this.spec, monitor });
    try {
      await exec(argv, { cwd, signal: AbortSignal.any([signal, this.#stop.signal]) });
      return gone();
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      return this.#stop.signal.aborted ? undefined : error;
    }
  }
}

/**
 * Starts the hub of these links and waits until cards can be plugged in. It dies with this process.
 *
 * @param folder where the sockets are made; a card's QEMU has to be started there too
 * @throws Failed `host-lacks` without QEMU, `command-failed`, `interrupted`; then nothing runs
 */
export async function startHub(
  links: HubSpec['links'],
  folder: string,
  signal: AbortSignal,
): Promise<Hub> {
  const hub = new Hub({ links });
  try {
    await hub.start(folder, signal);
    return hub;
  } catch (error) {
    await hub.kill();
    throw error;
  }
}

function gone(message = "the lab's network has ended"): Failed {
  return new Failed({ reason: 'command-failed', message });
}
