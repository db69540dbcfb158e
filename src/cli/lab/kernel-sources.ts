// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../../model/failure.js';

/** Words of `--source`, by NAME or, for one of a lab's kernels, KERNEL/NAME. */
type Sources = Readonly<Record<string, string>>;

/** What `--source` says for a kernel; what names it comes before what is for all. */
export function sourcesFor(kernel: string, sources: Sources): Record<string, string> {
  const all = Object.entries(sources);
  const general = all.filter(([name]) => kernelOf(name) === undefined);
  const own = all
    .filter(([name]) => kernelOf(name) === kernel)
    .map(([name, word]) => [name.slice(kernel.length + 1), word] as const);
  return Object.fromEntries([...general, ...own]);
}

/** @throws Failed `usage` for what `--source` says for a kernel that none of a lab's hosts boots */
export function refuseStraySources(sources: Sources, kernels: Iterable<string>): void {
  const known = new Set(kernels);
  for (const name of Object.keys(sources)) {
    const kernel = kernelOf(name);
    if (kernel === undefined || known.has(kernel)) continue;
    throw new Failed({
      reason: 'usage',
      message: `--source ${name}: no host boots ${kernel}`,
      hints: [`its kernels: ${[...known].join(', ')}`],
    });
  }
}

function kernelOf(name: string): string | undefined {
  return /^([^/]+)\//.exec(name)?.[1];
}
