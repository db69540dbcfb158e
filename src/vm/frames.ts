// SPDX-License-Identifier: GPL-2.0-only

/** A line that the guest's agent sent; docs/guest.md describes all of them. */
export type Frame =
  | {
      readonly type: 'hello';
      readonly release: string;
      readonly uptimeMs: number;
      readonly epochMs: number;
    }
  | { readonly type: 'pong'; readonly id: string; readonly uptimeMs: number }
  | { readonly type: OutputStream; readonly id: string; readonly bytes: Buffer }
  /** A piece of input has left the line; a job has been given one. */
  | { readonly type: 'got' | 'took'; readonly id: string }
  | { readonly type: 'exit'; readonly id: string; readonly code: number }
  /** The agent's last word: it ends as it was asked to. */
  | { readonly type: 'bye'; readonly code: number }
  /** The command arrived damaged and was not run. */
  | { readonly type: 'bad'; readonly id: string };

/** The streams of a job that are read. */
export type OutputStream = 'out' | 'err';

/** Pieces of a stream that a guest sends before it is asked for more; guest/stream has the same number. */
export const OUTPUT_WINDOW = 4;
/** Pieces of input that a job is sent before it has taken one: less than a pipe holds. */
export const INPUT_WINDOW = 2;
/** Bytes of a piece of input. */
export const INPUT_PIECE = 6144;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const CODE = /^\d{1,3}$/;
const NUMBER = /^\d{1,12}(?:\.\d+)?$/;

/**
 * Reads a line of the agent's.
 *
 * @param nonce the session's; lines of earlier sessions, echoes and fragments are not ours
 * @returns undefined for everything that is not a whole frame of this session
 */
export function parseFrame(line: string, nonce: string): Frame | undefined {
  const [head, type, first = '', ...rest] = line.split(' ');
  if (head !== `<${nonce}`) return undefined;
  switch (type) {
    case 'hello': {
      const [up = '', epoch = ''] = rest;
      if (!NUMBER.test(up) || !NUMBER.test(epoch) || rest.length !== 2) return undefined;
      return { type, release: first, uptimeMs: Number(up) * 1000, epochMs: Number(epoch) * 1000 };
    }
    case 'pong':
      if (rest.length !== 1 || !NUMBER.test(rest[0] ?? '')) return undefined;
      return { type, id: first, uptimeMs: Number(rest[0]) * 1000 };
    case 'out':
    case 'err':
      if (rest.length !== 1 || !BASE64.test(rest[0] ?? '')) return undefined;
      return { type, id: first, bytes: Buffer.from(rest[0] ?? '', 'base64') };
    case 'exit':
      if (rest.length !== 1 || !CODE.test(rest[0] ?? '')) return undefined;
      return { type, id: first, code: Number(rest[0]) };
    case 'bye':
      return rest.length === 0 && CODE.test(first) ? { type, code: Number(first) } : undefined;
    case 'bad':
    case 'got':
    case 'took':
      return rest.length === 0 ? { type, id: first } : undefined;
    default:
      return undefined;
  }
}

/** A line for the agent. The line end before a hello closes whatever stood half-written before it. */
export const command = {
  hello: (nonce: string): string => `\n>${nonce} hello\n`,
  ping: (nonce: string, id: string): string => `>${nonce} ping ${id}\n`,
  kill: (nonce: string, id: string): string => `>${nonce} kill ${id}\n`,
  halt: (nonce: string, code: number): string => `>${nonce} halt ${String(code)}\n`,
  run: (nonce: string, id: string, script: string): string =>
    carrying(`>${nonce} run ${id}`, Buffer.from(script)),
  stream: (nonce: string, id: string, script: string): string =>
    carrying(`>${nonce} stream ${id}`, Buffer.from(script)),
  /** @param piece of at most INPUT_PIECE bytes; an empty one is the end */
  in: (nonce: string, id: string, piece: Buffer): string => carrying(`>${nonce} in ${id}`, piece),
  more: (nonce: string, id: string, stream: OutputStream, pieces: number): string =>
    `>${nonce} more ${id} ${stream} ${String(pieces)}\n`,
} as const;

function carrying(head: string, bytes: Buffer): string {
  const payload = bytes.toString('base64');
  return `${head} ${String(payload.length)} ${payload}\n`;
}
