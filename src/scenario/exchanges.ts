// SPDX-License-Identifier: GPL-2.0-only
import type { Exchange, Turn } from '../model/scenario.js';
import type { Complain } from './complain.js';
import type { ExchangeWords, TurnWords } from './schema.js';

/** Bytes of a whole talk: it has to fit into a script for the guest. */
const MOST_BYTES = 4096;

/** An exchange as a scenario file has it, checked. What has faults is complained of. */
export function toExchange(
  words: ExchangeWords,
  path: readonly PropertyKey[],
  complain: Complain,
): Exchange {
  const { name, http, port, talk, ping, via, after } = words;
  if (ping !== undefined) {
    if (http ?? port ?? talk ?? via ?? after) {
      complain(path, `the exchange ${name} is a ping and a connection at once`);
    }
    return { kind: 'ping', name, ...ping };
  }
  const order = {
    ...(via === undefined ? {} : { via }),
    ...(after === undefined ? {} : { after }),
  };
  if (http !== undefined) {
    if (port ?? talk) complain(path, `the exchange ${name} is http and a talk at once`);
    return { kind: 'http', name, port: http, ...order };
  }
  if (port === undefined || talk === undefined) {
    complain(path, `the exchange ${name} has to have http, port and talk, or ping`);
  }
  const turns = (talk ?? []).map((turn, index) => toTurn(turn, [...path, 'talk', index], complain));
  if (turns.reduce((sum, { bytes }) => sum + bytes.length, 0) > MOST_BYTES) {
    complain([...path, 'talk'], `a talk of more than ${String(MOST_BYTES)} bytes`);
  }
  return { kind: 'talk', name, port: port ?? 0, turns: merged(turns), ...order };
}

function toTurn(words: TurnWords, path: readonly PropertyKey[], complain: Complain): Turn {
  const sides = Object.entries(words).filter(([, said]) => said !== undefined);
  const [side = '', value = ''] = sides[0] ?? [];
  if (sides.length !== 1) {
    complain(path, 'a turn is one of client and server, or of these with -hex or -segments');
  }
  const from = side.startsWith('server') ? 'server' : 'client';
  const said = typeof value === 'string' ? value : value.join('');
  if (side.endsWith('-hex')) {
    return { from, bytes: Buffer.from(said.replaceAll(' ', ''), 'hex').toString('latin1') };
  }
  if (/[^\0-\xff]/.test(said)) {
    complain(
      path,
      'a character beyond U+00FF is no byte',
      'write its UTF-8 bytes, as "\\xc3\\xa4"',
    );
  }
  return typeof value === 'string'
    ? { from, bytes: said }
    : { from, bytes: said, cuts: cuts(value) };
}

/** Where each segment but the first begins. */
function cuts(segments: readonly string[]): number[] {
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('').length);
}

/** Turns of one side in a row are one: TCP does not keep them apart, unless it is made to. */
function merged(turns: readonly Turn[]): Turn[] {
  const whole: Turn[] = [];
  for (const turn of turns) {
    const last = whole.at(-1);
    if (last?.from === turn.from) {
      const more = (turn.cuts ?? []).map((cut) => last.bytes.length + cut);
      const both = [...(last.cuts ?? []), ...more];
      whole[whole.length - 1] = {
        from: turn.from,
        bytes: last.bytes + turn.bytes,
        ...(both.length === 0 ? {} : { cuts: both }),
      };
    } else {
      whole.push(turn);
    }
  }
  return whole;
}
