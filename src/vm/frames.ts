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
  | { readonly type: 'out' | 'err'; readonly id: string; readonly bytes: Buffer }
  | { readonly type: 'exit'; readonly id: string; readonly code: number }
  /** The agent's last word: it ends as it was asked to. */
  | { readonly type: 'bye'; readonly code: number }
  /** The command arrived damaged and was not run. */
  | { readonly type: 'bad'; readonly id: string };

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
  run(nonce: string, id: string, script: string): string {
    const payload = Buffer.from(script).toString('base64');
    return `>${nonce} run ${id} ${String(payload.length)} ${payload}\n`;
  },
} as const;
