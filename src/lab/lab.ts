// SPDX-License-Identifier: GPL-2.0-only
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed } from '../model/failure.js';
import type { Topology } from '../model/topology.js';
import type { RunResult } from '../vm/agent.js';
import type { HubSpec } from '../vm/argv.js';
import { startHub, type Hub } from '../vm/hub.js';
import { noHost } from './failures.js';
import { Machine } from './machine.js';
import type { LabNews, LabOrder, LabStatus } from './messages.js';

/** Where the hub's sockets lie, below the lab's folder; every QEMU of the lab works there. */
export const SOCKETS = 'net';

/** The machines of a topology and the links between them. To be ended by kill. */
export class Lab {
  readonly #machines: readonly Machine[];
  #hub: Hub | undefined;
  #network: Failed | undefined;

  /** @param folder where it keeps its files; has to be there, and empty */
  constructor(
    private readonly order: LabOrder,
    private readonly folder: string,
  ) {
    this.#machines = order.topology.hosts.map((host) => new Machine(host, order, folder));
  }

  /**
   * Brings everything up, all machines at once.
   *
   * @param tell told of each host that is up
   * @throws Failed of the first machine that fails, `host-lacks`, `interrupted`; then some of it may still run
   */
  async start(tell: (news: LabNews) => void, signal: AbortSignal): Promise<void> {
    const sockets = join(this.folder, SOCKETS);
    await mkdir(sockets);
    const hub = await startHub(linksOf(this.order.topology), sockets, signal);
    this.#hub = hub;
    void hub.ended.then((failure) => {
      this.#network = failure;
    });
    const stop = new AbortController();
    let first: Failed | undefined;
    const start = async (machine: Machine): Promise<void> => {
      const started = performance.now();
      try {
        await machine.start(sockets, AbortSignal.any([signal, stop.signal]));
        const ms = Math.round(performance.now() - started);
        tell({ news: 'host', host: machine.host.name, ms });
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        // One that is missing makes the others of no use.
        first ??= error;
        stop.abort();
      }
    };
    await Promise.all(this.#machines.map(start));
    if (first !== undefined) throw first;
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
    const machine = this.#machines.find((one) => one.host.name === host);
    if (machine === undefined)
      throw noHost(
        host,
        this.#machines.map((one) => one.host.name),
      );
    return machine.run(script, timeoutMs, signal);
  }

  /** See Hub.capture. */
  async capture(link: string, file: string): Promise<() => Promise<void>> {
    if (this.#hub === undefined) throw new Error('nothing is captured before the lab is up');
    return this.#hub.capture(link, file);
  }

  /** Ends all machines, then the links. */
  async kill(): Promise<void> {
    await Promise.all(this.#machines.map((machine) => machine.kill()));
    await this.#hub?.kill();
  }
}

function linksOf({ links, hosts }: Topology): HubSpec['links'] {
  const on = (link: string): string[] =>
    hosts.filter(({ cards }) => cards.some((card) => card.link === link)).map(({ name }) => name);
  return Object.fromEntries(links.map(({ name }) => [name, on(name)]));
}
