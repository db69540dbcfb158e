// SPDX-License-Identifier: GPL-2.0-only
import type { KernelComplaint } from '../model/check.js';

type Kind = KernelComplaint['kind'];

/**
 * The first lines of the kernel's reports, most particular first. Each is matched at the start of
 * the message, so that a program's crash (`traps: NAME[PID] general protection fault`) is not
 * taken for the kernel's. Sources, as of Linux 6.1, are named for each kind.
 */
const RULES: readonly (readonly [Kind, RegExp])[] = [
  // kernel/panic.c
  ['panic', /^Kernel panic - not syncing/],
  // mm/kasan/report.c, mm/kfence/report.c
  ['kasan', /^BUG: (?:KASAN|KFENCE|KCSAN|KMSAN)\b/],
  // kernel/watchdog.c, kernel/watchdog_hld.c, kernel/hung_task.c, kernel/workqueue.c
  ['hung-task', /^(?:watchdog: )?BUG: (?:soft lockup|workqueue lockup)/],
  ['hung-task', /^(?:NMI watchdog: )?Watchdog detected hard LOCKUP/],
  ['hung-task', /^INFO: task .* blocked for more than \d+ seconds/],
  // kernel/rcu/tree_stall.h, tree_exp.h
  ['hung-task', /^(?:rcu: )?INFO: rcu_\w+ .*detected.* stall/],
  // kernel/locking/lockdep.c, kernel/rcu/update.c; before 4.15 or so the first word was INFO
  [
    'lockdep',
    /^(?:WARNING:|INFO:|\[ INFO:|\[ BUG:) ?(?:possible (?:circular|recursive|irq lock)|inconsistent lock state|suspicious RCU usage|bad (?:unlock|contention) balance|held lock freed|.*lock held (?:when returning|at task exit)|.*locks? still held|HARDIRQ|SOFTIRQ|.*-safe -> .*-unsafe|Nested lock was not taken|Invalid wait context)/i,
  ],
  ['lockdep', /^(?:BUG: (?:MAX_LOCK|MAX_STACK|held lock)|DEBUG_LOCKS_WARN_ON)/],
  // mm/kmemleak.c; net/core/dev.c for a network namespace that can't go
  ['leak', /^kmemleak: \d+ new suspected memory leaks/],
  ['leak', /^(?:BUG: memory leak|unreferenced object 0x)/],
  ['leak', /^unregister_netdevice: waiting for .* to become free/],
  // lib/bug.c, and whoever prints "BUG:" without stopping the machine
  ['bug', /^kernel BUG at /],
  // arch/x86/mm/fault.c, arch/x86/kernel/traps.c, dumpstack.c
  ['oops', /^BUG: (?:kernel NULL pointer dereference|unable to handle|stack guard page was hit)/],
  ['oops', /^BUG: TASK stack guard page was hit/],
  ['oops', /^Oops\b/],
  [
    'oops',
    /^(?:general protection fault|double fault|divide error|int3|invalid opcode|stack segment|alignment check|traps: PANIC)[:,]/,
  ],
  ['bug', /^BUG: /],
  ['bug', /^UBSAN: /],
  ['bug', /^list_(?:add|del) corruption/],
  // kernel/panic.c __warn()
  ['warning', /^WARNING: /],
  ['warning', /^.{1,15}: page allocation failure: order/],
];

/** `[    1.234567] ` and, with CONFIG_PRINTK_CALLER, `[  T123] `; with a serial console's `<4>`. */
const PREFIX = /^(?:<\d+>)?(?:\[ *\d+\.\d+\] ?)?(?:\[ *[TC]\d+\] ?)?/;

/** What a console line complains of, if it is the first line of a report. */
export function complaintOf(line: string): KernelComplaint | undefined {
  const message = line.replace(PREFIX, '');
  const kind = RULES.find(([, pattern]) => pattern.test(message))?.[0];
  return kind === undefined ? undefined : { kind, line: message };
}
