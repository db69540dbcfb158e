// SPDX-License-Identifier: GPL-2.0-only
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The web server that a fake project's recipes name. */
export class Origin {
  /** By name. */
  readonly files = new Map<string, Buffer>();
  /** Names that were asked for, in order. */
  readonly asked: string[] = [];
  /** Bytes of an answer after which the connection is cut, if it is to be. */
  cutAfter: number | undefined;
  /** True: answers begin and never end. */
  stalls = false;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const name = (request.url ?? '/').slice(1);
      const content = this.files.get(name);
      this.asked.push(name);
      if (content === undefined) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'content-length': content.length });
      if (this.stalls) response.write(content.subarray(0, 100));
      else if (this.cutAfter === undefined) response.end(content);
      else response.write(content.subarray(0, this.cutAfter), () => response.destroy());
    });
  }

  /** Starts it on a free port of the loopback device. Returns its address. */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** From then on connections are refused. Returns the host and port at which they are. */
  async stop(): Promise<string> {
    if (!this.#server.listening) return '';
    const { port } = this.#server.address() as AddressInfo;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
    return `127.0.0.1:${String(port)}`;
  }
}
