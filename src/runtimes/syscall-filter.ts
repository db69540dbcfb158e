// SPDX-License-Identifier: GPL-2.0-only

/** Of x86-64, by arch/x86/entry/syscalls/syscall_64.tbl: most of them engines refuse to a container without powers, too. */
const REFUSED = {
  // The kernel: its modules, its successor, its log, its times and its counters.
  ...{ create_module: 174, init_module: 175, delete_module: 176, finit_module: 313 },
  ...{ get_kernel_syms: 177, query_module: 178, kexec_load: 246, kexec_file_load: 320 },
  ...{ reboot: 169, syslog: 103, _sysctl: 156, acct: 163, nfsservctl: 180, lookup_dcookie: 212 },
  ...{ settimeofday: 164, clock_settime: 227, clock_adjtime: 305 },
  ...{ bpf: 321, perf_event_open: 298, fanotify_init: 300 },
  // Mounts, and namespaces, in which a user without powers would have some.
  ...{ mount: 165, umount2: 166, pivot_root: 155, chroot: 161, swapon: 167, swapoff: 168 },
  ...{ open_tree: 428, move_mount: 429, fsopen: 430, fsconfig: 431, fsmount: 432, fspick: 433 },
  ...{ mount_setattr: 442, quotactl: 179, quotactl_fd: 443, open_by_handle_at: 304 },
  ...{ unshare: 272, setns: 308 },
  // Keys, which belong to no namespace.
  ...{ add_key: 248, request_key: 249, keyctl: 250 },
  // Other processes' memory and files by short ways (ptrace(2) is left to debuggers), and where memory lies.
  ...{ process_vm_readv: 310, process_vm_writev: 311, process_madvise: 440 },
  ...{ pidfd_getfd: 438, kcmp: 312, userfaultfd: 323, move_pages: 279, mbind: 237 },
  ...{ get_mempolicy: 239, set_mempolicy: 238, set_mempolicy_home_node: 450 },
  // Hardware, and what hardly anybody but attackers calls any more.
  ...{ ioperm: 173, iopl: 172, vhangup: 153, uselib: 134, ustat: 136, sysfs: 139 },
  ...{ io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427 },
} as const;

/** Its flags are in memory, where a filter does not see them: without it libraries use clone(2). */
const CLONE3 = 435;
const CLONE = 56;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET of include/uapi/linux/sched.h. */
const NEW_NAMESPACES = 0x7e_02_00_00;

/** AUDIT_ARCH_X86_64 of include/uapi/linux/audit.h, and the first number of x32. */
const X86_64 = 0xc0_00_00_3e;
const X32 = 0x40_00_00_00;

/** Of ioctl(2), what puts words into a terminal as if they were typed there (CVE-2017-5226). */
const IOCTL = 16;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

/** Sockets between a virtual machine and its host, which belong to no namespace. */
const SOCKET = 41;
const AF_VSOCK = 40;

/** Offsets in struct seccomp_data of include/uapi/linux/seccomp.h. */
const NUMBER = 0;
const ARCH = 4;
/** Of an argument its lower half, which is all that the kernel looks at in those below. */
const argument = (nth: number): number => 16 + 8 * nth;

/** Answers (SECCOMP_RET_*): go on, or an error of include/uapi/asm-generic/errno*.h. */
const ALLOW = 0x7f_ff_00_00;
const EPERM = 0x00_05_00_01;
const ENOSYS = 0x00_05_00_26;

/** Codes of include/uapi/linux/filter.h: load a word, return, jump by equality, by order, by bits. */
const LOAD = 0x20;
const RETURN = 0x06;
const IF_EQUAL = 0x15;
const IF_NOT_BELOW = 0x35;
const IF_ANY_BIT = 0x45;

/** Bytes of a struct sock_filter. */
const INSTRUCTION = 8;

/** struct sock_filter: code, instructions to skip when true and when false, and what it is about. */
type Instruction = readonly [code: number, yes: number, no: number, about: number];

const load = (offset: number): Instruction => [LOAD, 0, 0, offset];
const answer = (value: number): Instruction => [RETURN, 0, 0, value];
const when = (test: number, value: number, then: number): Instruction[] => [
  [test, 0, 1, value],
  answer(then),
];

/** Judges a call by one of its arguments. */
const byArgument = (call: number, nth: number, ...judged: Instruction[][]): Instruction[] => {
  const rest = [load(argument(nth)), ...judged.flat(), answer(ALLOW)];
  return [[IF_EQUAL, 0, rest.length, call], ...rest];
};

/**
 * The system calls that a command may not make, as a program for seccomp(2): what reaches beyond its namespaces or
 * makes others, and all of other architectures. No build needs one of them: libraries go on without clone3(2).
 *
 * @returns an array of struct sock_filter, as bwrap(1) reads it
 */
export function syscallFilter(): Buffer {
  const program: readonly Instruction[] = [
    load(ARCH),
    [IF_EQUAL, 1, 0, X86_64],
    answer(ENOSYS),
    load(NUMBER),
    ...when(IF_NOT_BELOW, X32, ENOSYS),
    ...when(IF_EQUAL, CLONE3, ENOSYS),
    ...Object.values(REFUSED).flatMap((number) => when(IF_EQUAL, number, EPERM)),
    ...byArgument(CLONE, 0, when(IF_ANY_BIT, NEW_NAMESPACES, EPERM)),
    ...byArgument(IOCTL, 1, when(IF_EQUAL, TIOCSTI, EPERM), when(IF_EQUAL, TIOCLINUX, EPERM)),
    ...byArgument(SOCKET, 0, when(IF_EQUAL, AF_VSOCK, EPERM)),
    answer(ALLOW),
  ];
  const bytes = Buffer.alloc(program.length * INSTRUCTION);
  program.forEach(([code, yes, no, about], nth) => {
    const at = nth * INSTRUCTION;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(yes, at + 2);
    bytes.writeUInt8(no, at + 3);
    bytes.writeUInt32LE(about, at + 4);
  });
  return bytes;
}
