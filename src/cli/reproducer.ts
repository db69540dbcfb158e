// SPDX-License-Identifier: GPL-2.0-only
import { resolve } from 'node:path';
import type { BuildOptions } from './build-options.js';

/** The command line that does the same again, with every path made absolute. */
export function reproducer(options: BuildOptions): string {
  const words = [
    'l7build',
    ...['--kernel', options.kernel],
    ...(options.iptables === undefined ? [] : ['--iptables', options.iptables]),
    ...['--mode', options.mode],
    ...['--builder', options.builder],
    ...(options.toolchain === undefined ? [] : ['--toolchain', options.toolchain]),
    ...Object.entries(options.source).flatMap(([name, path]) => ['--source', `${name}=${path}`]),
    ...options.mirror.flatMap((mirror) => ['--mirror', mirror]),
    ...(options.offline ? ['--offline'] : []),
    ...(options.protocols === undefined ? [] : ['--protocols', options.protocols.join(',')]),
    ...(options.out === undefined ? [] : ['--out', resolve(options.out)]),
    ...(options.verify ? [] : ['--no-verify']),
  ];
  return words.map(quoted).join(' ');
}

/** A word as a POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
