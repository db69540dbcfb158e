// SPDX-License-Identifier: GPL-2.0-only
import type { Asker } from '../host/local-socket.js';
import { Failed } from '../model/failure.js';
import { INPUT_PIECE, INPUT_WINDOW, type OutputStream } from '../vm/frames.js';
import type { Machine } from './machine.js';
import type { LabInput, LabReply, LabRequest } from './messages.js';

type Exec = Extract<LabRequest, { do: 'exec' }>;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Runs a script on a host and passes its input and output on. Nothing is kept here: no more input is under way than the
 * script takes, and no more output than who asked has room for.
 *
 * @throws Failed `guest-*`; `usage` for input that is none, or more than may be given or asked for
 */
export async function passOn(
  machine: Machine,
  { script, timeoutMs }: Exec,
  { gone, hear }: Asker,
  say: (reply: LabReply) => void,
): Promise<void> {
  const odd = new AbortController();
  let room = INPUT_WINDOW;
  /** Pieces that were passed on, and for which no other was asked yet. */
  const passed = { out: 0, err: 0 };
  const take = (stream: OutputStream, bytes: Buffer): void => {
    passed[stream] += 1;
    say({ say: stream, bytes: bytes.toString('base64') });
  };
  const took = (): void => {
    room += 1;
    say({ say: 'took' });
  };
  const until = AbortSignal.any([gone, odd.signal]);
  const streaming = machine.stream(script, { take, took }, timeoutMs, until);
  hear((line) => {
    const input = inputOf(line);
    if (input === undefined || ('give' in input ? room : passed[input.more]) === 0) odd.abort();
    else if ('more' in input) {
      passed[input.more] -= 1;
      streaming.more(input.more, 1);
    } else {
      room -= 1;
      streaming.give(Buffer.from(input.give, 'base64'));
    }
  });
  const end = await streaming.ended;
  if (odd.signal.aborted) throw new Failed({ reason: 'usage', message: 'that is no input' });
  say({ say: 'ended', end });
}

/** What a line gives; undefined for one that gives nothing. */
function inputOf(line: string): LabInput | undefined {
  let input: unknown;
  try {
    input = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof input !== 'object' || input === null) return undefined;
  if ('more' in input)
    return input.more === 'out' || input.more === 'err' ? { more: input.more } : undefined;
  if (!('give' in input) || typeof input.give !== 'string' || !BASE64.test(input.give))
    return undefined;
  return input.give.length <= (INPUT_PIECE / 3) * 4 ? { give: input.give } : undefined;
}
