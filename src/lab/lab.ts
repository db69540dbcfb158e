// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from '../host/files.js';
import { Failed, type FailureReason } from '../model/failure.js';
import type { Entry } from '../model/store.js';
import type { Topology } from '../model/topology.js';
import type { GuestState, HubSpec } from '../vm/argv.js';
import { startHub, type Hub } from '../vm/hub.js';
import type { RunResult } from '../model/run-result.js';
import { noHost } from './failures.js';
import { HandSnapshots } from './hand-snapshots.js';
import { Machine, stateOf, wholeOf, type SnapshotFolder } from './machine.js';
import type { HandSnapshot, LabNews, LabOrder, LabStatus } from './messages.js';
import { LIMIT, Snapshot, type Save } from './snapshot.js';

/** Where the hub's sockets lie, below the lab's folder; every QEMU of the lab works there. */
export const SOCKETS = 'net';

/** Failures that say nothing of a snapshot. */
const NOT_ITS_FAULT: ReadonlySet<FailureReason> = new Set(['interrupted', 'host-lacks']);

type Tell = (news: LabNews) => void;
/** How each host starts. */
type States = (host: string) => GuestState;

/** The machines of a topology and the links between them. To be ended by kill. */
export class Lab {
  #machines: readonly Machine[];
  #hub: Hub | undefined;
  #network: Failed | undefined;
  /** Settles when no machine is being saved or put back. */
  #change: Promise<unknown> = Promise.resolve();
  readonly #end = new AbortController();
  #signal = this.#end.signal;
  /** Those that somebody asks for. */
  readonly #byHand: HandSnapshots;

  /** @param folder where it keeps its files; has to be there, and empty */
  constructor(
    private readonly order: LabOrder,
    private readonly folder: string,
  ) {
    this.#machines = this.#fresh();
    this.#byHand = new HandSnapshots(folder, LIMIT);
  }

  /**
   * Brings everything up, all machines at once: from the snapshot of them if there is one, which is made else.
   *
   * @param tell told of each host that is up
   * @throws Failed of the first machine that fails, `host-lacks`, `interrupted`; then some of it may still run
   */
  async start(tell: Tell, signal: AbortSignal): Promise<void> {
    this.#signal = AbortSignal.any([signal, this.#end.signal]);
    const sockets = join(this.folder, SOCKETS);
    await mkdir(sockets);
    const hub = await startHub(linksOf(this.order.topology), sockets, signal);
    this.#hub = hub;
    void hub.ended.then((failure) => {
      this.#network = failure;
    });
    await this.#bringUp(tell, signal);
  }

  async #bringUp(tell: Tell, signal: AbortSignal): Promise<void> {
    const snapshot = await Snapshot.of(this.order);
    const note = (line: string): void => {
      tell({ news: 'note', line });
    };
    const kept = this.order.fresh ? undefined : await snapshot.find(note);
    if (kept !== undefined && (await this.#resumed(kept, snapshot, tell, signal))) return;
    const save: Save = (folder) => this.#save(folder, tell, signal);
    const made = await snapshot.make(save, { signal, note });
    if (made !== undefined && (await this.#resumed(made, snapshot, tell, signal))) return;
    await this.#startAll('host', tell, signal, () => ({ to: 'stay' }));
  }

  /** Has all machines go on from a snapshot. @returns false if they cannot; then it is dropped */
  async #resumed(
    { dir }: Entry,
    snapshot: Snapshot,
    tell: Tell,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      const kept = { folder: dir, to: 'resume', workplace: dir } as const;
      await this.#startAll('host', tell, signal, (host) => stateOf(kept, host));
      return true;
    } catch (error) {
      if (error instanceof Failed && NOT_ITS_FAULT.has(error.failure.reason)) throw error;
      const [detail = ''] = error instanceof Failed ? (error.failure.details ?? []) : [];
      const why = `${error instanceof Error ? error.message : String(error)} ${detail}`.trim();
      tell({
        news: 'note',
        line: `the snapshot of these hosts is of no use, so they boot: ${why}`,
      });
      await snapshot.drop();
      await this.#clear();
      return false;
    }
  }

  /** Boots all machines, saves them and ends them. @returns what kept them from being saved */
  async #save(
    folder: SnapshotFolder,
    tell: Tell,
    signal: AbortSignal,
  ): Promise<Failed | undefined> {
    await this.#startAll('booted', tell, signal, (host) => stateOf(folder, host));
    try {
      await this.#all(signal, (machine) => machine.save());
      return undefined;
    } catch (error) {
      if (!(error instanceof Failed) || NOT_ITS_FAULT.has(error.failure.reason)) throw error;
      return error;
    } finally {
      await this.#clear();
    }
  }

  async #startAll(
    news: 'booted' | 'host',
    tell: Tell,
    signal: AbortSignal,
    states: States,
  ): Promise<void> {
    const sockets = join(this.folder, SOCKETS);
    await this.#all(signal, async (machine, within) => {
      const started = performance.now();
      await machine.start(sockets, within, states(machine.host.name));
      const ms = Math.round(performance.now() - started);
      tell({ news, host: machine.host.name, ms });
    });
  }

  /** Does something with all machines at once. One that is missing makes the others of no use. */
  async #all(
    signal: AbortSignal,
    act: (machine: Machine, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const stop = new AbortController();
    const within = AbortSignal.any([signal, stop.signal]);
    const faults: unknown[] = [];
    const one = (machine: Machine): Promise<void> =>
      act(machine, within).catch((error: unknown) => {
        faults.push(error);
        stop.abort();
      });
    await Promise.all(this.#machines.map(one));
    if (faults.length > 0) throw faults[0];
  }

  #fresh(): Machine[] {
    return this.order.topology.hosts.map((host) => new Machine(host, this.order, this.folder));
  }

  /** Ends all machines; others can be started in their place. */
  async #clear(): Promise<void> {
    await Promise.all(this.#machines.map((machine) => machine.kill()));
    for (const { host } of this.#machines) await removeTree(join(this.folder, host.name));
    this.#machines = this.#fresh();
  }

  /** Changes machines, when nobody else does. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#change.then(act);
    this.#change = done.catch(() => undefined);
    return done;
  }

  /**
   * Saves all machines as they are at one moment. They stand still meanwhile, and go on.
   *
   * @throws Failed as HandSnapshots.make, and of a host that has failed; then nothing of it is left
   */
  async saveAs(label: string): Promise<HandSnapshot> {
    const most = this.order.topology.hosts.reduce((sum, one) => sum + one.memoryMiB * 2 ** 20, 0);
    const write = async (folder: string): Promise<void> => {
      try {
        await this.#each((machine) => machine.pause());
        await this.#each((machine) => machine.write(folder));
      } finally {
        await this.#each((machine) => machine.goOn());
      }
    };
    return this.#alone(() => this.#byHand.make(label, most, write));
  }

  /** Its snapshots by hand, the oldest first. */
  async saved(): Promise<HandSnapshot[]> {
    return this.#alone(() => this.#byHand.list());
  }

  /** Removes a snapshot by hand. @throws Failed `usage` where there is none */
  async forget(label: string): Promise<void> {
    return this.#alone(() => this.#byHand.remove(label));
  }

  /**
   * Puts all machines back to where they were saved; what runs on them ends.
   *
   * @throws Failed `usage` where there is no such snapshot, and then nothing has changed; of the first machine that
   *   does not come back, and then none is of use
   */
  async goBackTo(label: string): Promise<LabStatus> {
    return this.#alone(async () => {
      const folder = await this.#byHand.find(label);
      await this.#leave(`the guest went back to the snapshot ${label}`);
      await this.#clear();
      const state: States = (host) => ({ to: 'return', ...wholeOf(folder, host) });
      try {
        await this.#startAll('host', () => undefined, this.#signal, state);
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        await this.#leave(`the guest is gone: ${error.message}`);
        throw error;
      }
      return this.status();
    });
  }

  /** Ends all machines, with the reason for whoever waits for one of them. */
  async #leave(message: string): Promise<void> {
    const hints = ['l7build lab status says how the hosts are'];
    const failure = new Failed({ reason: 'check-failed', message, hints });
    await this.#each((machine) => machine.leave(failure));
  }

  /** Does something with each machine, also where it fails with another. @throws the first failure */
  async #each(act: (machine: Machine) => Promise<void>): Promise<void> {
    const ends = await Promise.allSettled(this.#machines.map(act));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  status(): LabStatus {
    const network = this.#network?.failure;
    return {
      hosts: this.#machines.map((machine) => machine.status()),
      ...(network === undefined ? {} : { network }),
    };
  }

  /** Runs a script of the guest's shell on a host. @throws Failed `usage`, `guest-*` */
  async run(
    host: string,
    script: string,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<RunResult> {
    await this.settled();
    return this.machine(host).run(script, timeoutMs, signal);
  }

  /** Waits until no snapshot is being saved or gone back to. */
  async settled(): Promise<void> {
    await this.#change;
  }

  /** @throws Failed `usage` when there is none of that name */
  machine(host: string): Machine {
    const machine = this.#machines.find((one) => one.host.name === host);
    if (machine !== undefined) return machine;
    throw noHost(
      host,
      this.#machines.map((one) => one.host.name),
    );
  }

  /** See Hub.capture. */
  async capture(link: string, file: string): Promise<() => Promise<void>> {
    if (this.#hub === undefined) throw new Error('nothing is captured before the lab is up');
    return this.#hub.capture(link, file);
  }

  /** Ends all machines, then the links. */
  async kill(): Promise<void> {
    this.#end.abort();
    await this.#change;
    await Promise.all(this.#machines.map((machine) => machine.kill()));
    await this.#hub?.kill();
  }
}

function linksOf({ links, hosts }: Topology): HubSpec['links'] {
  const on = (link: string): string[] =>
    hosts.filter(({ cards }) => cards.some((card) => card.link === link)).map(({ name }) => name);
  return Object.fromEntries(links.map(({ name }) => [name, on(name)]));
}
