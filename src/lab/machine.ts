// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed } from '../model/failure.js';
import type { Host } from '../model/topology.js';
import type { RunResult } from '../vm/agent.js';
import { socketOf } from '../vm/argv.js';
import { startGuest, type Guest } from '../vm/guest.js';
import type { HostStatus, LabOrder } from './messages.js';
import { settingsOf } from './settings.js';

/** Milliseconds: several machines share the processors, and the machine may be busy with other things. */
const BOOT_MS = 180_000;
const SILENCE_MS = 60_000;
const SETTINGS_MS = 60_000;

/** Where a host's console goes, below the lab's folder. */
export function consoleOf(folder: string, host: string): string {
  return join(folder, host, 'console.log');
}

/** A host of a lab and its virtual machine. */
export class Machine {
  #guest: Guest | undefined;
  #failure: Failed | undefined;
  #set = false;

  constructor(
    readonly host: Host,
    private readonly order: LabOrder,
    private readonly folder: string,
  ) {}

  /**
   * Boots it and makes it a host of the topology.
   *
   * @param sockets folder with the hub's sockets
   * @throws Failed `guest-*`, `check-failed` when it does not become one, `interrupted`
   */
  async start(sockets: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#boot(sockets, signal);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      this.#failure = named(error, this.host.name);
      throw this.#failure;
    }
  }

  async #boot(sockets: string, signal: AbortSignal): Promise<void> {
    const { name, memoryMiB, cards, userland = '' } = this.host;
    const { kernel, initrd, panicNow, card, accelerator, topology, userlands = {} } = this.order;
    const disk = userlands[userland];
    await mkdir(join(this.folder, name));
    const guest = await startGuest(
      {
        ...{ kernel, initrd, panicNow, accelerator, memoryMiB },
        ...(card === undefined ? {} : { card }),
        cpus: 1,
        disks: disk === undefined ? [] : [disk],
        nics: cards.map(({ mac, link }) => ({ mac, socket: socketOf(link, name) })),
        ports: join(this.folder, name, 'ports'),
        consoleLog: consoleOf(this.folder, name),
      },
      { signal, cwd: sockets, bootTimeoutMs: BOOT_MS, silenceMs: SILENCE_MS },
    );
    this.#guest = guest;
    const { exitCode, stderr } = await guest.run(settingsOf(this.host, topology), SETTINGS_MS);
    if (exitCode !== 0) throw notSet(stderr);
    this.#set = true;
  }

  get #trouble(): Failed | undefined {
    const failure = this.#guest?.failure;
    return this.#failure ?? (failure === undefined ? undefined : named(failure, this.host.name));
  }

  status(): HostStatus {
    const { name, cards } = this.host;
    const failure = this.#trouble?.failure;
    const clock = this.#guest?.clock;
    const alive = this.#set ? 'up' : 'starting';
    return {
      name,
      state: failure === undefined ? alive : 'failed',
      addresses: cards.map(({ address, link }) => `${address} on ${link}`),
      release: this.#guest?.release ?? '',
      bootMs: this.#guest?.bootMs ?? 0,
      complaints: (this.#guest?.complaints ?? []).map(({ line }) => line),
      ...(clock === undefined ? {} : { clock }),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  /** @throws Failed `guest-*` when the host is not up, or fails meanwhile */
  async run(script: string, timeoutMs: number, signal: AbortSignal): Promise<RunResult> {
    if (this.#trouble !== undefined) throw this.#trouble;
    if (this.#guest === undefined) throw new Error('nothing is run before all hosts are up');
    try {
      return await this.#guest.run(script, timeoutMs, signal);
    } catch (error) {
      throw error instanceof Failed ? named(error, this.host.name) : error;
    }
  }

  async kill(): Promise<void> {
    await this.#guest?.kill();
  }
}

/** "the guest died: …" says which one. */
function named({ failure }: Failed, host: string): Failed {
  return new Failed({ ...failure, message: failure.message.replace(/^the guest/, host) });
}

function notSet(stderr: string): Failed {
  return new Failed({
    reason: 'check-failed',
    message: 'the guest did not get its addresses and routes',
    details: stderr.trim().split('\n'),
    hints: [
      'a lab needs a kernel with the drivers of its cards: VIRTIO_PCI and VIRTIO_NET, or E1000 in the era 2.6',
    ],
  });
}
