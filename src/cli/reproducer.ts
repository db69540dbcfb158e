// SPDX-License-Identifier: GPL-2.0-only
import { resolve } from 'node:path';
import { quoted } from '../host/shell-words.js';
import type { BuildOptions, ChoiceOptions } from './build-options.js';

/** A word that people read more easily without quotes, and a shell reads all the same. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** The command line that does the same again. */
export function reproducer(options: BuildOptions): string {
  return commandLine(['l7build', ...buildWords(options)]);
}

/** The main job's options as words, with every path made absolute. */
export function buildWords(options: BuildOptions): string[] {
  const { mode, builder, verify } = options;
  return [
    ...kernelWords(options),
    ...['--mode', mode],
    ...['--builder', builder],
    ...choiceWords(options),
    ...(verify ? [] : ['--no-verify']),
  ];
}

/** The command line that opens a shell where this one's builder compiles. */
export function shellCommand(options: ChoiceOptions): string {
  const { mode, builder } = options;
  return commandLine([
    ...['l7build', 'shell'],
    ...kernelWords(options),
    ...(mode === 'full' ? [] : ['--mode', mode]),
    ...(builder === 'auto' ? [] : ['--builder', builder]),
    ...choiceWords(options),
  ]);
}

function kernelWords({ kernel, iptables }: ChoiceOptions): string[] {
  return ['--kernel', kernel, ...(iptables === undefined ? [] : ['--iptables', iptables])];
}

/** What chooses parts of a build, as words. */
export function choiceWords(options: Omit<ChoiceOptions, 'kernel'>): string[] {
  return [
    ...(options.layer7 === undefined ? [] : ['--layer7', options.layer7]),
    ...(options.toolchain === undefined ? [] : ['--toolchain', options.toolchain]),
    ...Object.entries(options.source).flatMap(([name, path]) => ['--source', `${name}=${path}`]),
    ...options.mirror.flatMap((mirror) => ['--mirror', mirror]),
    ...(options.offline ? ['--offline'] : []),
    ...options.keyring.flatMap((file) => ['--keyring', file]),
    ...(options.locked === undefined ? [] : ['--locked', options.locked]),
    ...(options.protocols === undefined ? [] : ['--protocols', options.protocols.join(',')]),
    ...(options.out === undefined ? [] : ['--out', resolve(options.out)]),
  ];
}

/** Words as a line that a POSIX shell reads back as them. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : quoted(word))).join(' ');
}
