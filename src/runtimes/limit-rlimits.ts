// SPDX-License-Identifier: GPL-2.0-only
import { exec, type Argv } from '../host/exec.js';
import type { Allowance, LimitName, Limiter } from './limits.js';

/** What programs say when fork(2) or mmap(2) fails, in the C locale. */
const SAID: readonly (readonly [LimitName, RegExp])[] = [
  ['processes', /Cannot fork|Resource temporarily unavailable/],
  ['memory', /Cannot allocate memory|[Oo]ut of memory|virtual memory exhausted|std::bad_alloc/],
];

/**
 * Limits by prlimit(1), the last resort: memory counts for each process by itself, and the number of
 * processes is limited only in a user namespace, and never for root (see getrlimit(2)).
 *
 * @param ownUsers the command has a user namespace of its own: there only its own processes count
 *   (Linux 5.14 and later; before, all of the user's)
 * @throws Failed `host-lacks` without prlimit
 */
export async function rlimitLimiter(allowed: Allowance, ownUsers: boolean): Promise<Limiter> {
  const processes = ownUsers && process.getuid?.() !== 0;
  const words = [
    'prlimit',
    `--as=${String(allowed.memory)}`,
    ...(processes ? [`--nproc=${String(allowed.processes)}`] : []),
    '--',
  ] as const;
  const inside = (argv: Argv): Argv => [...words, ...argv];
  await exec(inside(['true']), { timeoutMs: 5000 });
  const bounds: Partial<Allowance> = processes ? allowed : { memory: allowed.memory };
  return {
    limits: {
      ...bounds,
      how: processes
        ? 'prlimit: memory for each process by itself'
        : 'prlimit: memory for each process by itself; the number of processes is not limited',
    },
    hold: () =>
      Promise.resolve({
        around: (argv) => argv,
        inside,
        env: {},
        reached: (output = []) => {
          const found = SAID.find(
            ([name, said]) => bounds[name] !== undefined && output.some((line) => said.test(line)),
          );
          return Promise.resolve(found?.[0]);
        },
        release: () => Promise.resolve(),
      }),
  };
}
