// SPDX-License-Identifier: GPL-2.0-only
import type { Backend } from '../../model/scenario.js';
import { choiceWords, commandLine } from '../reproducer.js';
import { hostKernelWords, type HostKernels } from './host-kernels.js';
import type { PartOptions } from './parts.js';

export interface RunOptions extends Omit<PartOptions, 'kernel'> {
  /** None: the topology's. */
  readonly kernel: readonly string[];
  readonly hostKernel: HostKernels;
  readonly backend?: Backend;
  /** False for --no-rules. */
  readonly rules: boolean;
  /** Hosts boot, and do not go on from a snapshot. */
  readonly fresh: boolean;
  readonly pcap: boolean;
  readonly out?: string;
  readonly dryRun: boolean;
  readonly plain: boolean;
}

/** The command line that tries the same exercises again. */
export function labRunCommand(names: readonly string[], options: RunOptions): string {
  const { kernel, iptables, mode, builder, backend, rules, pcap } = options;
  return commandLine([
    ...['l7build', 'lab', 'run', ...names],
    ...kernel.flatMap((version) => ['--kernel', version]),
    ...hostKernelWords(options.hostKernel),
    ...(iptables === undefined ? [] : ['--iptables', iptables]),
    ...['--mode', mode],
    ...(builder === 'auto' ? [] : ['--builder', builder]),
    ...choiceWords(options),
    ...(backend === undefined ? [] : ['--backend', backend]),
    ...(rules ? [] : ['--no-rules']),
    ...(pcap ? ['--pcap'] : []),
  ]);
}
