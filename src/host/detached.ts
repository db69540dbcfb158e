// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Argv } from './exec.js';
import { LineSplitter } from './lines.js';

export interface DetachedOptions {
  /** Its first line of standard input, which stays open until it is left alone. */
  readonly input: string;
  /** File that gets its standard error. */
  readonly log: string;
  /** Called with each line of its standard output. */
  readonly onLine: (line: string) => void;
}

/** A program in a session of its own. */
export interface Detached {
  /** Settles when it has ended, or was left alone. */
  readonly ended: Promise<void>;
  /** Asks it to end (SIGTERM). */
  stop(): void;
  /** Lets it live on without us. */
  leave(): void;
}

/**
 * Starts a program that can outlive this one: no Ctrl-C of the terminal's reaches it. Until it is left
 * alone, it can tell by the end of its standard input that this program has died.
 */
export function startDetached(argv: Argv, { input, log, onLine }: DetachedOptions): Detached {
  const [program, ...args] = argv;
  const errors = openSync(log, 'a', 0o600);
  const child = spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', errors] });
  closeSync(errors);
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('a pipe that was asked for is not there');
  stdin.on('error', () => {
    // EPIPE of a program that ended early; its end tells.
  });
  stdin.write(`${input}\n`);
  const splitter = new LineSplitter();
  stdout.on('data', (chunk: Buffer) => {
    splitter.push(chunk).forEach(onLine);
  });
  let settle: () => void = () => undefined;
  const ended = new Promise<void>((done, fail) => {
    settle = done;
    child.once('error', fail);
    child.once('close', () => {
      done();
    });
  });
  return {
    ended,
    stop: () => void child.kill('SIGTERM'),
    leave: () => {
      stdin.destroy();
      stdout.destroy();
      child.unref();
      settle();
    },
  };
}
