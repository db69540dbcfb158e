// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { exec } from '../../../src/host/exec.js';
import { findJail, BWRAP } from '../../../src/runtimes/confine.js';
import { toolsOfHost } from '../../../src/runtimes/jail-root.js';
import { syscallFilter } from '../../../src/runtimes/syscall-filter.js';

/** What a script of perl's prints under the filter. */
async function filtered(script: string): Promise<string> {
  const bounds = { root: await toolsOfHost(), home: '/', readable: [], writable: [], cwd: '/' };
  const argv = BWRAP.wrap(['perl', '-e', script], { ...bounds, filter: 3 });
  return (await exec(argv, { handed: [syscallFilter()] })).stdout;
}

/** Prints the error of each call, 0 for none. */
const calls = (...words: readonly string[]): string =>
  words.map((word) => `$! = 0; syscall(${word}); print $! + 0, " ";`).join('\n');

const EPERM = 1;
const ENOSYS = 38;
const EFAULT = 14;

it('refuses what reaches for the kernel, mounts, keys and other processes', async () => {
  if ((await findJail()) !== BWRAP) return;
  // bpf, perf_event_open, mount, keyctl, process_vm_readv, io_uring_setup, io_uring_register
  const numbers = [321, 298, 165, 250, 310, 425, 427];
  const said = await filtered(
    calls(...numbers.map((number) => `${String(number)}, 0, 0, 0, 0, 0`)),
  );
  expect(said).toBe(`${String(EPERM)} `.repeat(numbers.length));
});

it('refuses namespaces, however they are asked for, and other architectures’ numbers', async () => {
  if ((await findJail()) !== BWRAP) return;
  // CLONE_NEWUSER by clone and unshare; clone3; getpid of x32.
  const asked = calls('56, 0x10000011, 0', '272, 0x10000000', '435, 0, 0', '0x40000027');
  expect(await filtered(asked)).toBe(`${[EPERM, EPERM, ENOSYS, ENOSYS].map(String).join(' ')} `);
});

it('lets a command do all else: start others, read, write', async () => {
  if ((await findJail()) !== BWRAP) return;
  expect(await filtered('print `echo started`; print -e "/usr/bin/perl"')).toBe('started\n1');
  // A call that is let through is answered by the kernel: read(2) into nothing.
  expect(await filtered(calls('0, 9, 0, 1', '21, 0, 0'))).toBe(`9 ${String(EFAULT)} `);
});
