// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed } from '../model/failure.js';
import type { Host } from '../model/topology.js';
import type { RunResult } from '../model/run-result.js';
import {
  goesOnFrom,
  socketOf,
  type FiledState,
  type GuestSpec,
  type GuestState,
  type WholeState,
} from '../vm/argv.js';
import { startGuest, type Guest } from '../vm/guest.js';
import type { Boot, HostStatus, LabOrder } from './messages.js';
import { settingsOf } from './settings.js';

/** Milliseconds: several machines share the processors, and the machine may be busy with other things. */
const BOOT_MS = 180_000;
const SILENCE_MS = 60_000;
const SETTINGS_MS = 60_000;
/** To go on from a snapshot takes a second or two, and some more on a busy machine; then it is given up, and a boot follows. */
const RESUME_MS = 60_000;

const MEMORY = '.memory';

/** Where a host's console goes, below the lab's folder. */
export function consoleOf(folder: string, host: string): string {
  return join(folder, host, 'console.log');
}

/** Where machines are saved to, or were; see FiledState. */
export interface SnapshotFolder extends Pick<FiledState, 'to' | 'workplace'> {
  readonly folder: string;
}

/** The files of a host in a snapshot's folder. */
export function stateOf({ folder, to, workplace }: SnapshotFolder, host: string): FiledState {
  return {
    to,
    workplace,
    memory: join(folder, `${host}${MEMORY}`),
    devices: join(folder, `${host}.devices`),
    console: join(folder, `${host}.console`),
  };
}

/** The files of a host in the folder of a snapshot by hand. */
export function wholeOf(folder: string, host: string): WholeState {
  return { whole: join(folder, `${host}.state`), console: join(folder, `${host}.console`) };
}

/** True for a file of a snapshot that has all of a host's memory. */
export function isMemory(path: string): boolean {
  return path.endsWith(MEMORY);
}

function bootOf(boots: LabOrder['boots'], host: string): Boot {
  const boot = boots[host];
  if (boot === undefined) throw new Error(`nobody said what ${host} boots`);
  return boot;
}

/** The virtual machine of a host. @param folder the lab's */
export function specOf(
  { name, memoryMiB, cards, userland = '' }: Host,
  { boots, accelerator, userlands = {} }: LabOrder,
  folder: string,
  state?: GuestState,
): GuestSpec {
  const { kernel, initrd, panicNow, card } = bootOf(boots, name);
  const disk = userlands[userland];
  return {
    ...{ kernel, initrd, panicNow, accelerator, memoryMiB },
    ...(card === undefined ? {} : { card }),
    cpus: 1,
    disks: disk === undefined ? [] : [disk],
    nics: cards.map(({ mac, link }) => ({ mac, socket: socketOf(link, name) })),
    ports: join(folder, name, 'ports'),
    consoleLog: consoleOf(folder, name),
    ...(state === undefined ? {} : { state }),
  };
}

/** A host of a lab and its virtual machine. */
export class Machine {
  #guest: Guest | undefined;
  #state: GuestState | undefined;
  #failure: Failed | undefined;
  #set = false;

  constructor(
    readonly host: Host,
    private readonly order: LabOrder,
    private readonly folder: string,
  ) {}

  /**
   * Boots it and makes it a host of the topology; or has it go on where one was saved.
   *
   * @param sockets folder with the hub's sockets
   * @throws Failed `guest-*`, `check-failed` when it does not become one, `interrupted`
   */
  async start(sockets: string, signal: AbortSignal, state: GuestState): Promise<void> {
    const { name } = this.host;
    try {
      await mkdir(join(this.folder, name));
      const bootTimeoutMs = state.to === 'resume' ? RESUME_MS : BOOT_MS;
      this.#guest = await startGuest(specOf(this.host, this.order, this.folder, state), {
        ...{ signal, bootTimeoutMs },
        ...{ cwd: sockets, silenceMs: SILENCE_MS },
      });
      this.#state = state;
      if (goesOnFrom(state) === undefined) await this.#become(this.#guest);
      this.#set = true;
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      this.#failure = named(error, name);
      throw this.#failure;
    }
  }

  async #become(guest: Guest): Promise<void> {
    const settings = settingsOf(this.host, this.order.topology);
    const { exitCode, stderr } = await guest.run(settings, SETTINGS_MS);
    if (exitCode !== 0) throw notSet(stderr);
  }

  /** Saves it to the folder that it was started for, and ends it. @throws Failed as Guest.save */
  async save(): Promise<void> {
    await this.#guest?.save();
  }

  /** See Guest.pause. @throws also how the host has failed */
  async pause(): Promise<void> {
    if (this.#trouble !== undefined) throw this.#trouble;
    await this.#guest?.pause();
  }

  /** Writes all of it to a folder, while it stands still. @throws Failed as Guest.write */
  async write(folder: string): Promise<void> {
    await this.#guest?.write(wholeOf(folder, this.host.name));
  }

  /** See Guest.goOn; a host that has failed stays as it is. */
  async goOn(): Promise<void> {
    if (this.#trouble === undefined) await this.#guest?.goOn();
  }

  /** Ends it, and all that is waited for with this failure. */
  async leave(failure: Failed): Promise<void> {
    this.#failure = named(failure, this.host.name);
    await this.#guest?.kill(this.#failure);
  }

  get #trouble(): Failed | undefined {
    const failure = this.#guest?.failure;
    return this.#failure ?? (failure === undefined ? undefined : named(failure, this.host.name));
  }

  status(): HostStatus {
    const { name, cards, userland } = this.host;
    const failure = this.#trouble?.failure;
    const clock = this.#guest?.clock;
    const alive = this.#set ? 'up' : 'starting';
    return {
      name,
      state: failure === undefined ? alive : 'failed',
      ...(userland === undefined ? {} : { userland }),
      addresses: cards.map(({ address, link }) => `${address} on ${link}`),
      kernel: bootOf(this.order.boots, name).version,
      release: this.#guest?.release ?? '',
      bootMs: this.#guest?.bootMs ?? 0,
      resumed: goesOnFrom(this.#state) !== undefined,
      complaints: (this.#guest?.complaints ?? []).map(({ line }) => line),
      ...(clock === undefined ? {} : { clock }),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  /** @throws Failed `guest-*` when the host is not up, or fails meanwhile */
  async run(script: string, timeoutMs: number, signal: AbortSignal): Promise<RunResult> {
    return this.#telling(this.#usable.run(script, timeoutMs, signal));
  }

  /** See Agent.stream. @throws Failed as run() */
  stream: Guest['stream'] = (...words) => {
    const streaming = this.#usable.stream(...words);
    return { ...streaming, ended: this.#telling(streaming.ended) };
  };

  get #usable(): Guest {
    if (this.#trouble !== undefined) throw this.#trouble;
    if (this.#guest === undefined) throw new Error('nothing is run before all hosts are up');
    return this.#guest;
  }

  async #telling<T>(result: Promise<T>): Promise<T> {
    return result.catch((error: unknown) => {
      throw error instanceof Failed ? named(error, this.host.name) : error;
    });
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
