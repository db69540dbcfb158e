// SPDX-License-Identifier: GPL-2.0-only
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { trim } from '../engine/housekeeping.js';
import { inventory } from '../engine/inventory.js';
import { outlineOf } from '../engine/outline.js';
import { damagedFile, vouch } from '../engine/soundness.js';
import { Store } from '../engine/store.js';
import { synced } from '../host/files.js';
import { sha256, sha256File } from '../host/hash.js';
import { withLock } from '../host/lock.js';
import { requireSpace } from '../host/space.js';
import { Failed } from '../model/failure.js';
import type { Entry } from '../model/store.js';
import { guestArgv } from '../vm/argv.js';
import { emulation } from '../vm/calibrate.js';
import { isMemory, specOf, stateOf, type SnapshotFolder } from './machine.js';
import type { LabOrder } from './messages.js';
import { settingsOf } from './settings.js';

/** Raised by hand when what is done to a machine before it is saved changes, other than by its settings. */
const REVISION = 1;
/** What its entries are called in the store. */
const TASK = 'snapshot:';
/** Bytes that all snapshots of a store may take; what was not used for the longest time goes first. */
export const LIMIT = 2 * 2 ** 30;

/** Boots all machines and saves them to a folder, or says what kept it from that. */
export type Save = (folder: SnapshotFolder) => Promise<Failed | undefined>;

/** The machine's own file system in memory (shm_overview(7)): a guest that writes to a disk's is half as fast. */
const IN_MEMORY = '/dev/shm';
/** A snapshot's place, where that does not matter. */
const NOWHERE: SnapshotFolder = { folder: '', to: 'save', workplace: '' };

/** What is told, and what ends it. */
interface Circumstances {
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
}

/**
 * The machines of a lab as they were when all of them had come up: an entry of the store with the files of each
 * (stateOf). What went into it makes its key: kernel, initramfs, how QEMU is called and which it is, what was set.
 */
export class Snapshot {
  private constructor(
    private readonly store: Store,
    private readonly key: string,
    private readonly order: LabOrder,
  ) {}

  /** The one of these machines, be it there or not. @throws Failed `host-lacks` without QEMU */
  static async of(order: LabOrder): Promise<Snapshot> {
    return new Snapshot(new Store(order.store), await keyOf(order), order);
  }

  /** Its entry, if it is there and as it was made. One that is not is dropped. */
  async find(note: Circumstances['note']): Promise<Entry | undefined> {
    if (!(await this.store.holds(this.key))) return undefined;
    const found = await this.store.lookup(this.key);
    if (found === undefined || (await damagedFile(found)) !== undefined) {
      note('the snapshot of these hosts is not as it was made, so they boot');
      await this.drop();
      return undefined;
    }
    await this.store.used(this.key);
    return found;
  }

  /**
   * Makes it, unless another lab does so meanwhile.
   *
   * @returns undefined where it cannot be made, which is told
   * @throws Failed `interrupted`; what `save` throws. Then nothing of it is left
   */
  async make(save: Save, { signal, note }: Circumstances): Promise<Entry | undefined> {
    const onWait = (): void => {
      note('another lab boots the same hosts; waiting for its snapshot');
    };
    return withLock(
      this.store.lockFile(this.key),
      async () => {
        const meanwhile = this.order.fresh ? undefined : await this.find(note);
        return meanwhile ?? (await this.#made(save, { signal, note }));
      },
      { signal, onWait },
    );
  }

  async #made(save: Save, { signal, note }: Circumstances): Promise<Entry | undefined> {
    const { key, store, order } = this;
    const started = performance.now();
    const room = order.topology.hosts.reduce((sum, { memoryMiB }) => sum + memoryMiB * 2 ** 20, 0);
    const lack = await requireSpace(store.root, room).catch(noSpace);
    // Memory for which a file system has no room any more ends QEMU.
    const inMemory = (await requireSpace(IN_MEMORY, room).catch(noSpace)) === undefined;
    const workplace = inMemory ? IN_MEMORY : store.root;
    const { out } = await store.stage(key);
    try {
      const trouble = lack ?? (await save({ folder: out, to: 'save', workplace }));
      if (trouble !== undefined) {
        note(`there will be no snapshot of these hosts: ${trouble.message}`);
        return undefined;
      }
      for (const name of await readdir(out)) await synced(join(out, name));
      const made = await store.publish({
        key,
        task: `${TASK}${order.topology.name}`,
        digest: key,
        files: await inventory(out, (path) => !isMemory(path)),
        derived: true,
        // To read all memory would take longer than to boot: its files are known by their size and times.
        outline: await outlineOf(out),
        facts: {},
        created: new Date().toISOString(),
        ms: Math.round(performance.now() - started),
      });
      vouch(made);
      await trim(store, LIMIT, signal, (what) => what.startsWith(TASK));
      return made;
    } finally {
      await store.discard(key);
    }
  }

  /** Forgets it, since it is of no use. */
  async drop(): Promise<void> {
    await this.store.remove(this.key);
  }
}

/** @throws what is no Failed */
function noSpace(error: unknown): Failed {
  if (error instanceof Failed) return error;
  throw error;
}

/** What went into a snapshot. Where its files lie is no part of it: what is in them is. */
async function keyOf(order: LabOrder): Promise<string> {
  const { name: _, store: _store, fresh: _fresh, ...parts } = order;
  const boots = await byContent(order.boots);
  const machines = order.topology.hosts.map((one) => [
    guestArgv(specOf(one, { ...order, boots }, '', stateOf(NOWHERE, one.name))),
    settingsOf(one, order.topology),
  ]);
  return sha256(JSON.stringify([REVISION, await emulation(), { ...parts, boots }, machines]));
}

/** With the digests of files in place of their paths; each file is read once. */
async function byContent(boots: LabOrder['boots']): Promise<LabOrder['boots']> {
  const digests = new Map<string, Promise<string>>();
  const digestOf = (path: string): Promise<string> => {
    const digest = digests.get(path) ?? sha256File(path);
    digests.set(path, digest);
    return digest;
  };
  const named = Object.entries(boots).map(async ([host, boot]) => {
    const [kernel, initrd] = await Promise.all([digestOf(boot.kernel), digestOf(boot.initrd)]);
    return [host, { ...boot, kernel, initrd }] as const;
  });
  return Object.fromEntries(await Promise.all(named));
}
