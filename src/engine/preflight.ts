// SPDX-License-Identifier: GPL-2.0-only
import { access } from 'node:fs/promises';
import { findProgram, systemPath } from '../host/tools.js';
import { Failed } from '../model/failure.js';
import type { BuilderName } from '../model/runtime.js';

/** Something that the host must have for a job. */
export interface Requirement {
  /** A program's name, or the absolute path of a file. */
  readonly what: string;
  /** Debian package that brings it. */
  readonly package: string;
  readonly why: string;
}

const program = (what: string, packageName: string, why: string): Requirement => ({
  what,
  package: packageName,
  why,
});

const SOURCES = [
  program('apt-get', 'apt', 'fetches sources from Debian'),
  program('dpkg-deb', 'dpkg', 'opens .deb files'),
  program('tar', 'tar', 'unpacks and packs'),
  program('xz', 'xz-utils', 'unpacks .xz'),
  program('bzip2', 'bzip2', 'unpacks .bz2'),
  program('zstd', 'zstd', 'packs artifacts'),
  program('flock', 'util-linux', 'keeps two runs apart'),
  program('patch', 'patch', 'applies patches'),
  program('diff', 'diffutils', 'exports patches'),
  program(
    '/usr/share/keyrings/debian-archive-keyring.gpg',
    'debian-archive-keyring',
    "checks Debian's signatures",
  ),
];

/** Of sources that their publishers sign. */
const SIGNED = [program('gpgv', 'gpgv', "checks the publishers' signatures")];

/** What makes a toolchain's root, for builders that compile in one. */
const ROOT = [
  program('mmdebstrap', 'mmdebstrap', "makes a toolchain's root"),
  program('apt-ftparchive', 'apt-utils', "makes a toolchain's root"),
  ...(process.getuid?.() === 0
    ? []
    : [program('newuidmap', 'uidmap', "gives a toolchain's root the users of a system")]),
  program('readelf', 'binutils', "finds the libraries for the guest's programs"),
];

const BUILDER: Readonly<Record<BuilderName, readonly Requirement[]>> = {
  host: [],
  chroot: [...ROOT, program('bwrap', 'bubblewrap', 'keeps compilers in the root')],
  podman: [...ROOT, program('podman', 'podman', 'runs compilers in a container')],
  docker: [...ROOT, program('docker', 'docker.io', 'runs compilers in a container')],
  qemu: [
    ...ROOT,
    program('bwrap', 'bubblewrap', 'keeps the virtual machine in'),
    program(
      'mksquashfs',
      'squashfs-tools',
      'gives the virtual machine sources that it reads quickly',
    ),
  ],
};

const COMPILING = [
  program('gcc', 'gcc', 'compiles'),
  program('ld', 'binutils', 'links'),
  program('make', 'make', 'drives the kernel build'),
  program(
    '/usr/include/x86_64-linux-gnu/sys/cdefs.h',
    'libc6-dev',
    "headers for the build's own programs",
  ),
  program('bwrap', 'bubblewrap', 'keeps compilers off the network and the file system'),
];

const KERNEL = [
  program('bc', 'bc', 'kernel build'),
  program('bison', 'bison', 'kernel configuration'),
  program('flex', 'flex', 'kernel configuration'),
  program('perl', 'perl', 'kernel build'),
  program('rsync', 'rsync', 'installs kernel headers'),
  program('/usr/include/libelf.h', 'libelf-dev', "the kernel's objtool"),
];

/** Debian's headers bring programs (objtool, modpost) that are linked with these. */
const HEADERS = [
  program('/usr/lib/x86_64-linux-gnu/libelf.so.1', 'libelf1', "the headers' objtool"),
  program('/usr/lib/x86_64-linux-gnu/libcrypto.so.3', 'libssl3', "the headers' sign-file"),
];

const IPTABLES = [
  program('pkg-config', 'pkg-config', 'finds the netlink libraries'),
  program('/usr/include/libmnl/libmnl.h', 'libmnl-dev', "iptables' nft back end"),
  program('/usr/include/libnftnl/rule.h', 'libnftnl-dev', "iptables' nft back end"),
];

/** For recipes whose programs have to run on kernels that are too old for glibc. */
const MUSL = [
  program('musl-gcc', 'musl-tools', 'compiles for kernels that are too old for glibc'),
  program('/usr/include/linux/types.h', 'linux-libc-dev', "the kernel's headers"),
];

const GUEST = [
  program('qemu-system-x86_64', 'qemu-system-x86', 'runs the guest'),
  program('/usr/share/seabios/bios-256k.bin', 'seabios', 'the firmware that starts the guest'),
  program('busybox', 'busybox-static', "the guest's userland"),
  program('depmod', 'kmod', 'orders kernel modules'),
];

/** What makes disks that boot by themselves. */
export const IMAGING: readonly Requirement[] = [
  program('sfdisk', 'fdisk', "a disk's partitions"),
  program('mkfs.fat', 'dosfstools', "a disk's file system"),
  program('mcopy', 'mtools', 'puts files on a disk'),
  program('syslinux', 'syslinux', "a disk's boot loader"),
  program('/usr/lib/syslinux/mbr/mbr.bin', 'syslinux-common', "a disk's first sector"),
  program('qemu-img', 'qemu-utils', 'gives a disk its form'),
];

/** What the match's engine as a program of this machine is made with. */
export const TRYING: readonly Requirement[] = [
  ...COMPILING.filter((need) => need.what !== 'bwrap'),
  program('/usr/include/pcap/pcap.h', 'libpcap-dev', 'reads captures'),
];

/** What makes the programs of a lab's hosts, where those are a distribution's. */
export const USERLAND: readonly Requirement[] = [
  ...ROOT.filter((need) => need.package !== 'binutils'),
  program('sqfstar', 'squashfs-tools', "packs the programs of a lab's hosts"),
];

/** What makes images for containers, beside what makes the programs in them. */
export const CONTAINING: readonly Requirement[] = [
  ...USERLAND,
  program('sqfs2tar', 'squashfs-tools-ng', "gives a container's image the programs of a userland"),
  program('gzip', 'gzip', "packs a container's image"),
];

/** What the project's own tests use beside all that jobs need. */
export const TESTING: readonly Requirement[] = [
  ...BUILDER.chroot,
  ...CONTAINING,
  ...MUSL,
  ...TRYING,
  ...IMAGING,
  program('/usr/sbin/dkms', 'dkms', 'tests: builds the match as its users do'),
  program('cpio', 'cpio', 'tests: reads the initramfs'),
  program('newuidmap', 'uidmap', "tests: a root that is a user's own"),
  program('pgrep', 'procps', 'tests: sees what processes are left'),
  program('ssh-keygen', 'openssh-client', 'tests: checks signatures'),
  program('ssh', 'openssh-client', "tests: reaches a lab's hosts"),
  program('/usr/sbin/nginx', 'nginx-light', 'tests: a server whose answers can go wrong'),
  program('faketime', 'faketime', 'tests: runs under a wrong clock'),
  program('xorrisofs', 'xorriso', "tests: writes a CD's file system"),
  ...SIGNED,
  program('gpg', 'gpg', 'tests: makes keys and signs'),
  program('gpgconf', 'gpgconf', 'tests: stops what gpg has started'),
  program('gpg-agent', 'gpg-agent', 'tests: makes keys'),
];

/** What decides which of all that a job needs. */
export interface Demands {
  readonly mode: 'full' | 'module';
  readonly verify: boolean;
  readonly builder: BuilderName;
  /** Whether the guest's busybox is the host's or of a recipe. */
  readonly busybox: 'host' | 'recipe';
  /** Something is compiled with musl. */
  readonly musl: boolean;
  /** A source is signed by its publisher. */
  readonly signed: boolean;
}

/** What a job needs of the host. */
export function requirements(job: Demands): Requirement[] {
  const needsVm = job.verify || job.builder === 'qemu';
  const own = [
    ...COMPILING,
    ...IPTABLES,
    ...(job.mode === 'full' ? KERNEL : HEADERS),
    ...(job.musl ? MUSL : []),
  ];
  const spared = [
    ...(needsVm ? [] : ['qemu-system-x86']),
    // The machine of the builder qemu has the host's in any case.
    ...(job.busybox === 'host' || job.builder === 'qemu' ? [] : ['busybox-static']),
  ];
  return [
    ...SOURCES,
    ...(job.signed ? SIGNED : []),
    ...BUILDER[job.builder],
    ...(job.builder === 'host' ? own : []),
    ...GUEST.filter((need) => !spared.includes(need.package)),
  ];
}

/** What a job goes without where it has to: it only takes longer then. */
export function helpers({ mode, builder }: Pick<Demands, 'mode' | 'builder'>): Requirement[] {
  return mode === 'full' && builder === 'host'
    ? [program('ccache', 'ccache', 'keeps what was compiled for the next build of the same kernel')]
    : [];
}

/** Those that are not there. */
export async function missing(needs: readonly Requirement[]): Promise<Requirement[]> {
  const found = await Promise.all(needs.map(isThere));
  return needs.filter((_, index) => found[index] !== true);
}

async function isThere(need: Requirement): Promise<boolean> {
  if (!need.what.startsWith('/')) return findProgram(need.what, systemPath()) !== undefined;
  try {
    await access(need.what);
    return true;
  } catch {
    return false;
  }
}

/** The packages that bring what is missing, each once, sorted. */
export function packagesFor(needs: readonly Requirement[]): string[] {
  return [...new Set(needs.map((need) => need.package))].sort();
}

/** The failure that names everything missing, and the two ways out. */
export function lacking(needs: readonly Requirement[]): Failed {
  const packages = packagesFor(needs);
  return new Failed({
    reason: 'host-lacks',
    message: `this host lacks ${String(needs.length)} thing${needs.length === 1 ? '' : 's'} that the job needs`,
    details: needs.map((need) => `${need.what} (package ${need.package}): ${need.why}`),
    hints: [
      'add --install-deps to have it installed',
      `or install it yourself: apt-get install --no-install-recommends ${packages.join(' ')}`,
    ],
  });
}
