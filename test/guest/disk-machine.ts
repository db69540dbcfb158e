// SPDX-License-Identifier: GPL-2.0-only
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import type { DiskFormat } from '../../src/model/task.js';

/** Milliseconds of silence that are too many, on a busy machine too. */
const PATIENCE_MS = 120_000;

/** What a machine's disk and network card are: QEMU's own, or what a PC has, with a screen. */
const HARDWARE = {
  virtio: { card: 'virtio', disk: ['-device', 'virtio-blk-pci,drive=disk'] },
  pc: {
    card: 'e1000',
    disk: [
      ...['-device', 'ich9-ahci,id=ahci', '-device', 'ide-hd,drive=disk,bus=ahci.0'],
      ...['-vga', 'std'],
    ],
  },
} as const;

/** QEMU with a disk, as anybody would start it; its serial port is talked to. */
export class Machine {
  readonly #qemu: ChildProcessWithoutNullStreams;
  #said = '';

  /**
   * @param nic what its network card is told beside the kind
   * @param changes whether the disk takes what is written
   * @param beside path of a second disk, raw and only read
   * @param hardware what it is made of
   */
  constructor(
    path: string,
    format: DiskFormat,
    accelerator: string,
    {
      nic = '',
      changes = false,
      beside,
      hardware = 'virtio',
    }: {
      readonly nic?: string;
      readonly changes?: boolean;
      readonly beside?: string;
      readonly hardware?: keyof typeof HARDWARE;
    } = {},
  ) {
    const { card, disk } = HARDWARE[hardware];
    this.#qemu = spawn('qemu-system-x86_64', [
      ...['-nodefaults', '-display', 'none', '-m', '512', '-accel', accelerator],
      ...['-serial', 'stdio', '-nic', `user,model=${card}${nic}`, '-no-reboot'],
      '-drive',
      `id=disk,file=${path},format=${format},if=none,snapshot=${changes ? 'off' : 'on'}`,
      ...disk,
      ...(beside === undefined
        ? []
        : ['-drive', `file=${beside},format=raw,if=virtio,readonly=on`]),
    ]);
    this.#qemu.stdout.setEncoding('latin1').on('data', (text: string) => {
      this.#said += text;
    });
  }

  /** Waits for words; what came up to their end is taken, and returned. */
  async says(words: RegExp): Promise<string> {
    for (;;) {
      const found = words.exec(this.#said);
      if (found !== null) {
        const told = this.#said.slice(0, found.index + found[0].length);
        this.#said = this.#said.slice(told.length);
        return told;
      }
      if (this.#qemu.exitCode !== null) throw new Error(`the machine ended:\n${this.#said}`);
      await once(this.#qemu.stdout, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) });
    }
  }

  type(line: string): void {
    this.#qemu.stdin.write(`${line}\n`);
  }

  kill(): void {
    this.#qemu.kill('SIGKILL');
  }

  /** Resolves once the machine has ended by itself. */
  async ended(): Promise<void> {
    if (this.#qemu.exitCode !== null) return;
    await once(this.#qemu, 'exit', { signal: AbortSignal.timeout(PATIENCE_MS) });
  }
}
