// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import type { Argv } from '../host/exec.js';
import type { Era } from '../model/recipe.js';

export const ACCELERATORS = ['kvm', 'tcg'] as const;
export type Accelerator = (typeof ACCELERATORS)[number];

/** A directory of the host's that a guest may mount by its tag (9p, transport virtio). */
export interface Share {
  /** At most 31 characters (VIRTIO specification, 9P transport). */
  readonly tag: string;
  /** Absolute path. */
  readonly path: string;
  readonly writable: boolean;
}

/** A network card. Its cable leads to a socket at which somebody listens; see hubArgv. */
export interface Nic {
  readonly mac: string;
  /** Path of a unix socket, from where QEMU is started: at most 107 bytes (unix(7)). */
  readonly socket: string;
}

/** Files from which another QEMU goes on with a guest where this one left it (state.ts). */
export interface FiledState {
  /** `save`: they are to be made. `resume`: they are whole, and never written to. */
  readonly to: 'save' | 'resume';
  /** Its memory, byte for byte; a sparse file. */
  readonly memory: string;
  /** What its processor and devices hold, as QEMU writes it. */
  readonly devices: string;
  /** What its kernel has said so far. */
  readonly console: string;
  /** Folder for the memory of a guest that is to be saved, while it runs; best one that is in memory itself. */
  readonly workplace: string;
}

/** Files with all of a guest, its memory too, from which another QEMU goes on. */
export interface WholeState {
  /** What QEMU sends to another QEMU: memory, processor, devices. */
  readonly whole: string;
  /** What its kernel has said so far. */
  readonly console: string;
}

/**
 * How a guest starts that can be saved, and where its memory is: in a file, or QEMU's own. `stay`: it boots.
 * `return`: it goes on from files that are only read.
 */
export type GuestState =
  FiledState | ({ readonly to: 'return' } & WholeState) | { readonly to: 'stay' };

/** A guest that does not boot. */
type GoesOn = Extract<GuestState, { readonly console: string }>;

/** The state that a guest goes on from; undefined for one that boots. */
export function goesOnFrom(state: GuestState | undefined): GoesOn | undefined {
  return state?.to === 'resume' || state?.to === 'return' ? state : undefined;
}

/** A state whose memory is in a file of its own. */
export function isFiled(state: GuestState): state is FiledState {
  return state.to === 'save' || state.to === 'resume';
}

/** A guest to be: everything that its QEMU command line depends on. */
export interface GuestSpec {
  /** Absolute path of a bzImage. */
  readonly kernel: string;
  /** Absolute path of an initramfs. */
  readonly initrd: string;
  readonly accelerator: Accelerator;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly panicNow: Era['panicNow'];
  /** Directory with the named pipes of the ports, see serial.ts. */
  readonly ports: string;
  /** File that QEMU appends the console to. */
  readonly consoleLog: string;
  /** More kernel parameters. */
  readonly parameters?: readonly string[];
  readonly shares?: readonly Share[];
  /** Absolute paths of file systems that are only read (virtio), in the guest's order: /dev/vda, /dev/vdb. */
  readonly disks?: readonly string[];
  /** In the guest's order: eth0, eth1. */
  readonly nics?: readonly Nic[];
  /** What they are; missing: virtio's. */
  readonly card?: Era['card'];
  readonly state?: GuestState;
  /** Gives the guest a third port, for what programs print: /dev/vport0p1 (virtio_console). */
  readonly output?: boolean;
}

/** Names of the serial ports, in the guest's order: ttyS0, ttyS1. */
export const PORTS = ['console', 'agent'] as const;

/** The port that only some guests have. Unlike a serial one it takes a whole buffer at a time. */
export const OUTPUT = 'output';

/** The port at which a QEMU is told what to do with its guest (qmp.ts); only guests with a state have it. */
export const MONITOR = 'monitor';

/** What QEMU calls the memory that has a file. */
const MEMORY = 'memory';

/** The program, with nothing that a guest does not ask for: no devices, no configuration, no window. */
const BARE = ['qemu-system-x86_64', '-nodefaults', '-no-user-config', '-display', 'none'] as const;

/**
 * Command line of a guest: two serial ports are all it has, and no network, if no more is asked for.
 *
 * @param memory the file of its memory, where it has one and that is not yet the one of its state
 */
export function guestArgv(spec: GuestSpec, memory?: string): Argv {
  return [
    ...BARE,
    ...machine(spec.accelerator, spec.state),
    ...['-m', `${String(spec.memoryMiB)}M`, '-smp', String(spec.cpus)],
    ...(spec.state === undefined ? [] : kept(spec.state, spec, memory)),
    // The first device of virtio: the guest names its port by the device's number.
    ...(spec.output === true ? outputPort(spec.ports) : []),
    ...network(spec),
    ...(spec.disks ?? []).flatMap(disk),
    // A restart, which is also what follows a panic, ends QEMU.
    ...['-no-reboot', '-rtc', 'base=utc'],
    ...['-kernel', spec.kernel, '-initrd', spec.initrd],
    ...['-append', kernelParameters(spec).join(' ')],
    ...PORTS.flatMap((port) => [
      '-chardev',
      [
        `pipe,id=${port},path=${optionValue(join(spec.ports, port))}`,
        ...(port === 'console' ? [`logfile=${optionValue(spec.consoleLog)}`, 'logappend=on'] : []),
      ].join(),
      '-serial',
      `chardev:${port}`,
    ]),
    ...(spec.shares ?? []).flatMap((share) => ['-virtfs', virtfs(share)]),
  ];
}

/**
 * Memory with a name, and a monitor. What a resumed guest writes is its own and not the file's; one that goes on waits
 * until it is given its state.
 */
function kept(state: GuestState, { memoryMiB, ports }: GuestSpec, memory?: string): string[] {
  const size = `id=${MEMORY},size=${String(memoryMiB)}M`;
  return [
    '-object',
    isFiled(state)
      ? `memory-backend-file,${size},mem-path=${optionValue(memory ?? state.memory)},share=${state.to === 'save' ? 'on' : 'off'}`
      : `memory-backend-ram,${size}`,
    ...monitorAt(join(ports, MONITOR)),
    ...(goesOnFrom(state) === undefined ? [] : ['-incoming', 'defer']),
  ];
}

function monitorAt(path: string): string[] {
  return [
    ...['-chardev', `pipe,id=${MONITOR},path=${optionValue(path)}`],
    ...['-mon', `chardev=${MONITOR},mode=control`],
  ];
}

function network({ nics = [], card }: GuestSpec): string[] {
  if (nics.length === 0) return ['-nic', 'none'];
  return nics.flatMap(({ mac, socket }, index) => [
    ...['-netdev', `stream,id=net${String(index)},${unixSocket(socket)}`],
    // Without the firmware with which a card boots from the network.
    ...['-device', `${card ?? 'virtio-net-pci'},netdev=net${String(index)},mac=${mac},romfile=`],
  ]);
}

function disk(path: string, index: number): string[] {
  const id = `disk${String(index)}`;
  return [
    ...['-drive', `id=${id},if=none,format=raw,readonly=on,file=${optionValue(path)}`],
    ...['-device', `virtio-blk-pci,drive=${id}`],
  ];
}

function unixSocket(path: string): string {
  return `addr.type=unix,addr.path=${optionValue(path)}`;
}

/** The links of a lab. */
export interface HubSpec {
  /** Who is on each link. Their names are QEMU identifiers: a letter, then letters, digits and -. */
  readonly links: Readonly<Record<string, readonly string[]>>;
  /** The named pipes of its monitor, see serial.ts. */
  readonly monitor: string;
}

/** The socket at which a hub waits for a host's card on a link, in the folder that QEMU is started in. */
export function socketOf(link: string, host: string): string {
  return `${link}.${host}`;
}

/**
 * Command line of a QEMU without a machine: all it does is to give every frame of a link to all others
 * on the link. One port of each link, called as the link is, has nobody at its end, and sees every
 * frame once: there a capture is made (hub.ts).
 */
export function hubArgv({ links, monitor }: HubSpec): Argv {
  return [
    ...BARE,
    ...['-machine', 'none'],
    ...monitorAt(monitor),
    ...Object.entries(links).flatMap(([link, hosts], hub) =>
      [link, ...hosts.map((host) => socketOf(link, host))].flatMap((port) => [
        ...['-netdev', `stream,id=${port},server=on,${unixSocket(port)}`],
        ...['-netdev', `hubport,id=${port}.port,hubid=${String(hub)},netdev=${port}`],
      ]),
    ),
  ];
}

function outputPort(ports: string): string[] {
  return [
    ...['-chardev', `pipe,id=${OUTPUT},path=${optionValue(join(ports, OUTPUT))}`],
    // Port 0 is kept for a console.
    ...['-device', 'virtio-serial-pci,max_ports=2'],
    ...['-device', `virtserialport,chardev=${OUTPUT}`],
  ];
}

/**
 * QEMU's own 9p server. Files that the guest makes belong to whoever QEMU runs as; `remap` keeps
 * inode numbers apart where something else is mounted below the directory.
 */
function virtfs({ tag, path, writable }: Share): string {
  return [
    `local,path=${optionValue(path)},mount_tag=${tag},security_model=none,multidevs=remap`,
    ...(writable ? [] : ['readonly=on']),
  ].join();
}

/** Command line that starts a boot sector and nothing else; see calibrate.ts. */
export function bootSectorArgv(image: string, accelerator: Accelerator): Argv {
  const drive = `file=${optionValue(image)},format=raw,if=ide,readonly=off,snapshot=on`;
  return [
    ...BARE,
    ...machine(accelerator),
    ...['-m', '8M', '-nic', 'none', '-no-reboot', '-drive', drive],
    // A byte written to its port ends QEMU with (byte << 1) | 1.
    ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'],
  ];
}

/**
 * The oldest machine that every kernel knows. An emulated processor shows only the features of
 * qemu64: a kernel spends no time on those that are slow to emulate.
 */
function machine(accelerator: Accelerator, state?: GuestState): string[] {
  const cpu = accelerator === 'kvm' ? 'host' : 'qemu64';
  const memory = state === undefined ? '' : `,memory-backend=${MEMORY}`;
  return ['-machine', `pc,usb=off${memory}`, '-accel', accelerator, '-cpu', cpu];
}

/**
 * Kernel parameters (Documentation/admin-guide/kernel-parameters.txt). The clock must not come from
 * the TSC: on a busy host it is calibrated wrongly, and every rate and timeout goes wrong with it.
 */
function kernelParameters(spec: GuestSpec): string[] {
  return [
    'console=ttyS0',
    // Warnings and all that is above; without it KERN_INFO, such as kmemleak's, would not be seen.
    'loglevel=7',
    `panic=${spec.panicNow}`,
    ...['tsc=unstable', 'clocksource=hpet', 'no_timer_check'],
    ...['mitigations=off', 'random.trust_cpu=on', 'cryptomgr.notests'],
    // Zeroing every page costs an emulated processor much, and hides what was never initialised.
    'init_on_alloc=0',
    // The same addresses in every report.
    'nokaslr',
    ...(spec.parameters ?? []),
  ];
}

/** A value for QEMU's comma-separated options, where a comma is written twice. */
function optionValue(value: string): string {
  return value.replaceAll(',', ',,');
}
