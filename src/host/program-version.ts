// SPDX-License-Identifier: GPL-2.0-only
import { statSync } from 'node:fs';
import { exec } from './exec.js';
import { findProgram } from './tools.js';

/** What programs said of themselves, each while its file is the same: asking one costs its start. */
const said = new Map<string, Promise<string>>();

/**
 * The first line that `PROGRAM --version` prints; of a program that is asked again, and was not replaced meanwhile,
 * what it said the first time.
 *
 * @throws Failed `host-lacks` where it is not there, `command-failed`
 */
export async function programVersion(program: string): Promise<string> {
  const path = findProgram(program);
  if (path === undefined) return ask(program);
  const { dev, ino, size, mtimeMs } = statSync(path);
  const key = [path, dev, ino, size, mtimeMs].join(' ');
  let answer = said.get(key);
  if (answer === undefined) {
    answer = ask(program);
    said.set(key, answer);
  }
  return answer;
}

async function ask(program: string): Promise<string> {
  const { stdout } = await exec([program, '--version'], { timeoutMs: 10_000 });
  return stdout.split('\n').find((line) => line.trim() !== '') ?? '';
}

/** The major version in a compiler's first line, such as "gcc (Debian 12.2.0-14) 12.2.0": what follows the brackets counts. */
export function majorOf(line: string): string | undefined {
  return /(\d+)\.\d+\.\d+$/.exec(line)?.[1];
}
