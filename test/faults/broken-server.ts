// SPDX-License-Identifier: GPL-2.0-only
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** One request, and the means to answer it to the byte. */
export interface Asked {
  readonly socket: Socket;
  /** How many requests for this address came before. */
  readonly before: number;
  /** First byte that is asked for, in a request for a part. */
  readonly from: number | undefined;
}

/** What a server does with a request for its file. */
export type Manner = (asked: Asked, file: Buffer) => void;

/** Ends a connection as a program that dies does: with a reset instead of an end. */
export function reset(socket: Socket): void {
  socket.resetAndDestroy();
}

/** A server that speaks HTTP as badly as it is told to, which no real one can be brought to. */
export class BrokenServer {
  readonly #server: Server;
  readonly #manners = new Map<string, Manner>();
  readonly #asked = new Map<string, number>();
  readonly #sockets = new Set<Socket>();
  #file: Buffer = Buffer.alloc(0);

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
      let head = '';
      socket.on('data', (chunk) => {
        head += chunk.toString('latin1');
        if (head.includes('\r\n\r\n')) this.#answer(socket, head);
      });
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** An address at which a file is answered for in a manner. */
  url(manner: Manner, file: Buffer, name: string): string {
    this.#file = file;
    const path = `/${String(this.#manners.size)}/${name}`;
    this.#manners.set(path, manner);
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}${path}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #answer(socket: Socket, head: string): void {
    const path = head.split(' ')[1] ?? '';
    const before = this.#asked.get(path) ?? 0;
    this.#asked.set(path, before + 1);
    const from = /^range: bytes=(\d+)-/im.exec(head)?.[1];
    const asked = { socket, before, from: from === undefined ? undefined : Number(from) };
    this.#manners.get(path)?.(asked, this.#file);
  }
}

/** What stands between a client and a server, and cuts the line. */
export class Cutter {
  readonly #server: Server;
  #times = 0;
  #after = 0;

  /** @param port of the server, on the loopback device */
  constructor(port: number) {
    this.#server = createServer((client) => {
      const line = connect(port, '127.0.0.1');
      let passed = 0;
      const cut = this.#times > 0;
      this.#times -= 1;
      for (const end of [client, line]) end.on('error', () => undefined);
      client.pipe(line);
      line.on('data', (chunk) => {
        const rest = cut ? this.#after - passed : chunk.length;
        passed += chunk.length;
        client.write(chunk.subarray(0, Math.max(0, rest)), () => {
          if (cut && passed >= this.#after) reset(client);
        });
      });
      line.on('end', () => client.end());
      client.on('close', () => line.destroy());
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Has the next lines cut, each after so many bytes from the server. Gives the address to connect to. */
  cutting(times: number, after: number): string {
    this.#times = times;
    this.#after = after;
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}
