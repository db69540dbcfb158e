// SPDX-License-Identifier: GPL-2.0-only
import { converse } from '../../lab/client.js';
import { gone } from '../../lab/failures.js';
import type { LabInput, LabReply, LabRequest } from '../../lab/messages.js';
import { INPUT_PIECE, INPUT_WINDOW, type OutputStream } from '../../vm/frames.js';
import type { JobEnd } from '../../vm/jobs.js';

type Give = (input: LabInput) => void;

/**
 * Runs a script on a host with our own standard streams, byte for byte. Who does not take our output holds up the script, and
 * the script holds up who gives us input.
 *
 * @throws Failed as converse()
 */
export async function joinStreams(
  store: string,
  name: string,
  script: Omit<Extract<LabRequest, { do: 'exec' }>, 'do'>,
  signal: AbortSignal,
): Promise<JobEnd> {
  let end: JobEnd | undefined;
  let give: Give = () => undefined;
  const room = new Room(INPUT_WINDOW);
  const print = (stream: OutputStream, bytes: string): void => {
    const to = stream === 'out' ? process.stdout : process.stderr;
    to.write(Buffer.from(bytes, 'base64'), () => {
      give({ more: stream });
    });
  };
  const talk = (given: Give): void => {
    give = given;
    void feed(give, room);
  };
  const hear = (reply: LabReply): void => {
    if (reply.say === 'took') room.add();
    else if (reply.say === 'out' || reply.say === 'err') print(reply.say, reply.bytes);
    else if (reply.say === 'ended') ({ end } = reply);
  };
  try {
    await converse(store, name, { do: 'exec', ...script }, signal, hear, talk);
  } finally {
    // As long as it is open this process does not end.
    process.stdin.destroy();
  }
  if (end === undefined) throw gone(name);
  return end;
}

/** Gives standard input, and its end. */
async function feed(give: Give, room: Room): Promise<void> {
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += INPUT_PIECE) {
        await room.take();
        give({ give: chunk.subarray(at, at + INPUT_PIECE).toString('base64') });
      }
    }
  } catch {
    // Of a script that has ended, or of a standard input that cannot be read: there is no more.
  }
  await room.take();
  give({ give: '' });
}

/** Room for pieces of input. */
class Room {
  #woken: (() => void) | undefined;

  constructor(private pieces: number) {}

  add(): void {
    this.pieces += 1;
    this.#woken?.();
  }

  async take(): Promise<void> {
    while (this.pieces === 0) {
      await new Promise<void>((done) => {
        this.#woken = done;
      });
    }
    this.pieces -= 1;
  }
}
