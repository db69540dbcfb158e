// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { exec } from '../../../src/host/exec.js';
import { findJail, BWRAP } from '../../../src/runtimes/confine.js';
import { toolsOfHost } from '../../../src/runtimes/jail-root.js';
import { findCell } from '../../../src/runtimes/jail-run.js';
import { syscallFilter } from '../../../src/runtimes/syscall-filter.js';

const works = process.arch === 'x64' && (await findJail()) === BWRAP;

/** What a script of perl's prints, with or without the filter. */
async function said(script: string, filtered: boolean): Promise<string> {
  const bounds = { root: await toolsOfHost(), home: '/', readable: [], writable: [], cwd: '/' };
  const filter = filtered ? { filter: 3 } : {};
  const argv = BWRAP.wrap(['perl', '-e', script], { ...bounds, ...filter });
  return (await exec(argv, filtered ? { handed: [syscallFilter()] } : {})).stdout;
}
const filtered = (script: string): Promise<string> => said(script, true);

/** Prints the error of each call, 0 for none. */
const calls = (...words: readonly string[]): string =>
  words.map((word) => `$! = 0; syscall(${word}); print $! + 0, " ";`).join('\n');

const EPERM = 1;
const ENOSYS = 38;
const EFAULT = 14;
const ENOTTY = 25;

it.runIf(works)('refuses what reaches for the kernel, mounts, keys and memory', async () => {
  // bpf, perf_event_open, mount, keyctl, process_vm_readv, mbind, get_mempolicy
  const numbers = [321, 298, 165, 250, 310, 237, 239];
  const script = calls(...numbers.map((number) => `${String(number)}, 1, 1, 1, 0, 0`));
  expect(await filtered(script)).toBe(`${String(EPERM)} `.repeat(numbers.length));
  const [, perf, , keyctl, , , policy] = (await said(script, false)).split(' ').map(Number);
  for (const error of [perf, keyctl, policy]) expect(error).not.toBe(EPERM);
});

it.runIf(works)(
  'refuses words for a terminal, and sockets to the host of a virtual machine',
  async () => {
    // ioctl with TIOCSTI, TIOCLINUX, TCGETS on what is no terminal; sockets of AF_VSOCK and AF_UNIX.
    const asked = calls('16, 1, 0x5412, 0', '16, 1, 0x541c, 0', '16, 1, 0x5401, 0', '41, 40, 1, 0');
    expect(await filtered(`${asked} socket(my $s, 1, 1, 0) or die`)).toBe(
      `${[EPERM, EPERM, ENOTTY, EPERM].map(String).join(' ')} `,
    );
  },
);

it.runIf(works)(
  'refuses namespaces, however they are asked for, and other architectures’ numbers',
  async () => {
    // CLONE_NEWUSER by clone and unshare; clone3; getpid of x32.
    const asked = calls('56, 0x10000011, 0', '272, 0x10000000', '435, 0, 0', '0x40000027');
    expect(await filtered(asked)).toBe(`${[EPERM, EPERM, ENOSYS, ENOSYS].map(String).join(' ')} `);
  },
);

it.runIf(works)('lets a command do all else: start others, read, write', async () => {
  expect(await filtered('print `echo started`; print -e "/usr/bin/perl"')).toBe('started\n1');
  // A call that is let through is answered by the kernel: read(2) into nothing.
  expect(await filtered(calls('0, 9, 0, 1', '21, 0, 0'))).toBe(`9 ${String(EFAULT)} `);
});

it.runIf(works)('is around what is run in a jail of bubblewrap', async () => {
  const { filtered, confinement } = await findCell({ jobs: 1 });
  expect(filtered).toBe(true);
  expect(confinement.how).toContain('; system calls are filtered; ');
});
