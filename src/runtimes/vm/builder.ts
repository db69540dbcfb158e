// SPDX-License-Identifier: GPL-2.0-only
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Builder, Runtime, Workshop } from '../../model/runtime.js';
import { calibrate, emulation, type Calibration, type Emulation } from '../../vm/calibrate.js';
import { staticBusybox } from '../../vm/initramfs/userland.js';
import { packagedKernel } from '../../vm/kernel-package.js';
import { BWRAP, findJail, type Jail } from '../confine.js';
import { toolsOfHost } from '../jail-root.js';
import { allowance, type LimitOptions } from '../limits.js';
import { needed, versionsOf } from '../workshop.js';
import { BootedMachines } from './booted.js';
import { builderImage } from './image.js';
import { unpackedKernel } from './kernel.js';
import { Pictures } from './picture.js';
import { runInMachine, type Machine } from './runtime.js';

/** Bytes: linking a kernel takes much, and what is left keeps files that are read again and again. */
const MEMORY = 4 * 2 ** 30;
/** At least a half is left to the host. */
const MEMORY_SHARE = 0.5;
/** Who a command runs as, in the machine and in QEMU's jail. See BWRAP. */
const JAILED = { uid: 1000, gid: 1000 };

/** What was found to work here. */
interface Found {
  readonly cache: string;
  readonly calibration: Calibration;
  readonly emulation: Emulation;
  readonly jail: Jail;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly processes: number;
}

/**
 * Builds in a toolchain's root inside of a virtual machine, which asks nothing of the host's kernel.
 *
 * @param cache the store's root, which commands may read at its own path
 * @param limits its `memory` is the machine's, its `jobs` are the machine's processors
 * @throws Failed `host-lacks` without QEMU or a static busybox
 */
export async function qemuBuilder(cache: string, limits: LimitOptions): Promise<Builder> {
  const [calibration, jail, runner] = await Promise.all([
    calibrate(cache),
    findJail(),
    emulation(),
    staticBusybox(),
  ]);
  const found = {
    cache,
    calibration,
    emulation: runner,
    jail,
    cpus: Math.min(limits.jobs ?? Infinity, availableParallelism()),
    memoryMiB: Math.floor((limits.memory ?? ownMemory()) / 2 ** 20),
    processes: allowance(limits).processes,
  };
  const confinement = confinementOf(found);
  return {
    name: 'qemu',
    confinement,
    why: `${calibration.accelerator === 'kvm' ? 'KVM' : 'emulation'}: ${calibration.why}`,
    open: (workshop) => runtimeOver(needed(workshop), found, confinement),
  };
}

function ownMemory(): number {
  return Math.min(MEMORY, totalmem() * MEMORY_SHARE);
}

function confinementOf({ jail, memoryMiB, processes }: Found): Builder['confinement'] {
  const around =
    jail === BWRAP ? ', itself in a jail of bubblewrap' : ', which itself runs as the caller';
  return {
    network: 'off',
    filesystem: 'confined',
    user: 'unprivileged',
    limits: limitsOf(memoryMiB, processes),
    how: `a virtual machine without a network card under QEMU${around}; only the work tree is writable`,
  };
}

function limitsOf(memoryMiB: number, processes: number): Machine['limits'] {
  return {
    memory: memoryMiB * 2 ** 20,
    processes,
    how: "the virtual machine's memory; its kernel counts processes (control groups, version 2)",
  };
}

async function runtimeOver(
  { toolchain, vm }: Workshop,
  { cache, calibration, emulation: runner, jail, cpus, memoryMiB, processes }: Found,
  confinement: Runtime['confinement'],
): Promise<Runtime> {
  if (vm === undefined) throw new Error('a virtual machine was opened without its kernel');
  const { image, release } = await packagedKernel(vm.dir);
  const { digest } = vm.manifest;
  const folder = join(cache, 'vm');
  const user =
    jail === BWRAP ? JAILED : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const machine: Machine = {
    kernel: await unpackedKernel(folder, image),
    initrd: await builderImage(folder, { dir: vm.dir, release, digest }),
    accelerator: calibration.accelerator,
    memoryMiB,
    cpus,
    root: join(toolchain.dir, 'root'),
    pictures: new Pictures(folder, user),
    booted: new BootedMachines(folder, runner),
    readable: [cache],
    user,
    limits: limitsOf(memoryMiB, processes),
    jail: await jailOf(jail, calibration, cache),
  };
  return {
    name: 'qemu',
    toolchain: versionsOf(toolchain),
    confinement,
    run: (command) => runInMachine(machine, command),
  };
}

/** In its jail QEMU sees the host's programs, the store and what a command may write; nothing else. */
async function jailOf(
  jail: Jail,
  { accelerator }: Calibration,
  cache: string,
): Promise<Machine['jail']> {
  if (jail !== BWRAP) return (argv) => argv;
  const root = await toolsOfHost();
  const devices = accelerator === 'kvm' ? ['/dev/kvm'] : [];
  return (argv, writable, cwd) =>
    jail.wrap(argv, { root, home: '/', readable: [cache], writable, devices, cwd });
}
