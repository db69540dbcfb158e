// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaintOf } from '../../../src/vm/complaints.js';
import { Console } from '../../../src/vm/console.js';
import { complaintFailure, deathFailure, hangFailure } from '../../../src/vm/failures.js';

const CONSOLES = join(import.meta.dirname, '../../fixtures/consoles');

async function consoleOf(name: string): Promise<Console> {
  const console = new Console();
  const text = await readFile(join(CONSOLES, `${name}.log`), 'utf8');
  text.split('\n').forEach((line) => console.push(line));
  return console;
}

describe('captured consoles', () => {
  it.each([
    ['panic', ['panic'], 'guest-panic', /panicked: Kernel panic - not syncing: sysrq/],
    ['oops', ['oops'], 'guest-oops', /oopsed: BUG: kernel NULL pointer dereference, address/],
    ['bug', ['bug'], 'guest-oops', /hit a BUG: kernel BUG at .*trouble\.c:20!$/],
    ['warning', ['warning', 'warning'], 'guest-oops', /warned: WARNING: CPU: 0 PID/],
    ['hung-task', ['hung-task', 'hung-task', 'hung-task'], 'guest-hang', /task insmod:97 blocked/],
    ['soft-lockup', ['hung-task'], 'guest-hang', /soft lockup - CPU#0 stuck/],
    ['lockdep', ['lockdep'], 'guest-oops', /deadlock: WARNING: possible circular locking/],
    ['kasan', ['kasan'], 'guest-oops', /bad memory access: BUG: KASAN: slab-use-after-free/],
    ['leak', ['leak', 'leak'], 'guest-oops', /leaks memory: kmemleak: 3 new/],
  ] as const)('%s', async (name, kinds, reason, message) => {
    const console = await consoleOf(name);
    expect(console.complaints.map(({ kind }) => kind)).toEqual(kinds);
    const failure = complaintFailure({ console, consoleLog: '/l' })?.failure;
    expect(failure?.reason).toBe(reason);
    expect(failure?.message).toMatch(message);
    expect(failure?.log).toBe('/l');
    // The lines shown start with the report, not with the last words of the boot.
    expect(complaintOf(failure?.details?.[0] ?? '')?.kind).toBe(kinds[0]);
  });

  it('a clean boot has nothing to complain of', async () => {
    const console = await consoleOf('clean');
    expect(console.complaints).toEqual([]);
    expect(complaintFailure({ console, consoleLog: '/l' })).toBeUndefined();
    expect(console.excerpt().at(-2)).toContain('reboot: machine restart');
  });
});

describe('complaintOf', () => {
  it.each([
    ['[    1.0] BUG: sleeping function called from invalid context at mm/slab.h:267', 'bug'],
    ['[   12.5][  T123] WARNING: suspicious RCU usage', 'lockdep'],
    ['<4>[   12.5] [ INFO: possible recursive locking detected ]', 'lockdep'],
    ['[  9.1] rcu: INFO: rcu_preempt self-detected stall on CPU', 'hung-task'],
    ['[  9.1] rcu: INFO: rcu_sched detected stalls on CPUs/tasks:', 'hung-task'],
    ['[  9.1] NMI watchdog: Watchdog detected hard LOCKUP on cpu 0', 'hung-task'],
    [
      '[  9.1] general protection fault, probably for non-canonical address 0xdead: 0000 [#1]',
      'oops',
    ],
    ['[  9.1] BUG: unable to handle page fault for address: ffffc90000a00000', 'oops'],
    ['[  9.1] UBSAN: array-index-out-of-bounds in net/x.c:1:2', 'bug'],
    ['[  9.1] nc: page allocation failure: order:3, mode:0x40cc0', 'warning'],
  ])('%s', (line, kind) => {
    expect(complaintOf(line)?.kind).toBe(kind);
  });

  it.each([
    '[    3.7] traps: nc[123] general protection fault ip:47b7a0 sp:7ffca7a9f468 error:0',
    '[    3.7] nc[99]: segfault at 0 ip 0000000000401136 sp 00007ffd error 4 in nc',
    '[    0.1] x86/mm: Checked W+X mappings: passed, no W+X pages found.',
    '[    0.1] Kernel command line: panic=-1 oops=panic',
    '[    0.1] kmemleak: Kernel memory leak detector initialized (mem pool available: 15707)',
    'BUGS are bad, and so is a WARNING',
    '',
  ])('says nothing of: %s', (line) => {
    expect(complaintOf(line)).toBeUndefined();
  });
});

describe('Console', () => {
  it('counts a trap header once with its report, and by itself when it comes alone', () => {
    const console = new Console();
    expect(console.push('[ 1.0] kernel BUG at a.c:1!')?.kind).toBe('bug');
    expect(console.push('[ 1.0] invalid opcode: 0000 [#1] SMP')).toBeUndefined();
    for (let line = 0; line < 9; line += 1) console.push('[ 1.1] at work');
    expect(console.push('[ 2.0] invalid opcode: 0000 [#2] SMP')?.kind).toBe('oops');
  });

  it('keeps a bounded number of complaints of a guest that never stops', () => {
    const console = new Console();
    for (let line = 0; line < 10_000; line += 1) console.push('WARNING: CPU: 0 at x.c:1');
    expect(console.complaints).toHaveLength(200);
    expect(console.excerpt()).toHaveLength(25);
  });
});

describe('failures of a silent console', () => {
  it('show its last lines', () => {
    const console = new Console();
    for (let line = 0; line < 40; line += 1) console.push(`line ${String(line)}`);
    const evidence = { console, consoleLog: '/l' };
    const hang = hangFailure('has not answered for 20 s', evidence).failure;
    expect(hang).toMatchObject({ reason: 'guest-hang', log: '/l' });
    expect(hang.details?.at(-1)).toBe('line 39');
    const death = deathFailure('ended with exit code 1', ['qemu: no memory'], evidence).failure;
    expect(death.message).toBe('the guest died: QEMU ended with exit code 1');
    expect(death.details?.[0]).toBe('qemu: no memory');
  });

  it('name the worst kind, and the first line, of several complaints', () => {
    const console = new Console();
    console.push('BUG: kernel NULL pointer dereference, address: 0');
    for (let line = 0; line < 9; line += 1) console.push('');
    console.push('Kernel panic - not syncing: Fatal exception in interrupt');
    const failure = complaintFailure({ console, consoleLog: '/l' })?.failure;
    expect(failure?.reason).toBe('guest-panic');
    expect(failure?.message).toBe(
      "the guest's kernel panicked: BUG: kernel NULL pointer dereference, address: 0 (and 1 more complaint)",
    );
  });
});
