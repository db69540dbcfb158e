// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';

interface Command {
  readonly settle: (answer: unknown) => void;
  readonly reject: (error: Failed) => void;
}

/** What QEMU may say in a line; all else, such as events, is passed over. */
interface Said {
  readonly QMP?: unknown;
  readonly id?: unknown;
  readonly return?: unknown;
  readonly error?: { readonly desc?: unknown };
}

/** Milliseconds in which QEMU answers, also on a busy host. */
const ANSWER_MS = 15_000;

/**
 * Our side of the QEMU Machine Protocol (docs/interop/qmp-spec.txt of QEMU): JSON, a line each.
 * QEMU speaks first.
 */
export class Qmp {
  readonly #commands = new Map<string, Command>();
  readonly #send: (text: string) => Promise<void>;
  #lastId = 0;
  #greeted: () => void = () => undefined;
  /** The sockets that its command line names may come a moment later. */
  readonly #greeting = new Promise<void>((done) => {
    this.#greeted = done;
  });
  /** Ends all that is waited for, now and later, with this failure. */
  fail: (error: Failed) => void = () => undefined;
  readonly #failed = new Promise<never>((_, reject) => {
    this.fail = reject;
  });

  constructor(send: (text: string) => Promise<void>) {
    this.#send = send;
    // Whoever waits for something learns of it.
    this.#failed.catch(() => undefined);
  }

  /** Takes a line that QEMU said. */
  receive(line: string): void {
    const said = parsed(line);
    if (said?.QMP !== undefined) this.#greeted();
    const command = typeof said?.id === 'string' ? this.#commands.get(said.id) : undefined;
    if (command === undefined) return;
    if (said?.error === undefined) command.settle(said?.return);
    else command.reject(refused(String(said.error.desc)));
  }

  /** Waits for the greeting and answers it, after which commands are taken. */
  async open(): Promise<void> {
    await Promise.race([this.#greeting, this.#failed]);
    await this.execute('qmp_capabilities');
  }

  /**
   * @returns what QEMU answers
   * @throws Failed `command-failed` with QEMU's words, or when it does not answer; what was given to `fail`
   */
  async execute(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    this.#lastId += 1;
    const id = String(this.#lastId);
    let timer: NodeJS.Timeout | undefined;
    try {
      const answer = new Promise<unknown>((settle, reject) => {
        this.#commands.set(id, { settle, reject });
        timer = setTimeout(() => {
          reject(refused(`no answer to ${name}`));
        }, ANSWER_MS);
        this.#send(`${JSON.stringify({ execute: name, arguments: args, id })}\n`).catch(reject);
      });
      return await Promise.race([answer, this.#failed]);
    } finally {
      clearTimeout(timer);
      this.#commands.delete(id);
    }
  }
}

function parsed(line: string): Said | undefined {
  try {
    const said: unknown = JSON.parse(line);
    return typeof said === 'object' && said !== null ? said : undefined;
  } catch {
    return undefined;
  }
}

function refused(words: string): Failed {
  return new Failed({ reason: 'command-failed', message: `QEMU: ${words}` });
}
