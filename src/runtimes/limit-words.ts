// SPDX-License-Identifier: GPL-2.0-only
import type { Limits } from '../model/runtime.js';

/** Limits in words for people: `3.2 GiB of memory, 192 processes by control groups`. */
export function limitWords({ memory, processes, how }: Limits): string {
  const told = [
    ...(memory === undefined ? [] : [memoryWords(memory)]),
    ...(processes === undefined ? [] : [processWords(processes)]),
  ];
  return told.length === 0 ? how : `${told.join(', ')} by ${how}`;
}

/** Bytes in words for people. */
export function memoryWords(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB of memory`;
}

/** A number of processes and threads in words for people. */
export function processWords(count: number): string {
  return `${String(count)} processes`;
}
