// SPDX-License-Identifier: GPL-2.0-only
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorCode, writing } from './space.js';

/** Bytes of a request; a script with all of it escaped is shorter. */
const LONGEST_REQUEST = 1024 * 1024;

/** Lines that are kept while nobody hears them; more are passed over. */
const LINES_AHEAD = 64;

/** Who asked, while the answer is made. */
export interface Asker {
  /** Sends a line of the answer. */
  readonly say: (line: string) => void;
  /** Has each line told that follows the request. Who sends them waits before there are many: see LINES_AHEAD. */
  readonly hear: (onLine: (line: string) => void) => void;
  /** Fires when nobody listens any more. */
  readonly gone: AbortSignal;
}

/** Makes the answer to a request. The connection ends when it settles. */
export type Answer = (request: string, asker: Asker) => Promise<void>;

/** A server at a unix socket. */
export interface LocalServer {
  /** Ends it, and all connections. */
  close(): Promise<void>;
}

/**
 * Serves at a unix socket: one line is a request, and as many lines as are needed its answer. Only who
 * may enter the folder can ask.
 *
 * @param folder its path may be of any length
 * @param name of the socket; one that a killed server has left is replaced
 * @param answer must not throw
 */
export async function serveLocally(
  folder: string,
  name: string,
  answer: Answer,
): Promise<LocalServer> {
  await rm(join(folder, name), { force: true });
  const home = await open(folder);
  const connections = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    void converse(socket, answer);
  });
  await listening(server, within(home, name));
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of connections) socket.destroy();
      await closed;
      await home.close();
    },
  };
}

/** The path of a socket may have 107 bytes (unix(7)); this one is short wherever the folder is. */
function within(home: FileHandle, name: string): string {
  return `/proc/self/fd/${String(home.fd)}/${name}`;
}

async function listening(server: Server, path: string): Promise<void> {
  const up = once(server, 'listening');
  server.listen(path);
  await up;
}

async function converse(socket: Socket, answer: Answer): Promise<void> {
  const gone = new AbortController();
  socket.on('error', () => {
    // Who asked has ended; `close` follows.
  });
  for (const event of ['end', 'close'] as const) {
    socket.once(event, () => {
      gone.abort();
    });
  }
  const heard = new Heard(socket);
  const request = await heard.first();
  if (request !== undefined) {
    const say = (line: string): void => {
      if (!socket.destroyed) socket.write(`${line}\n`);
    };
    const hear = (onLine: (line: string) => void): void => {
      heard.tell(onLine);
    };
    await answer(request, { say, hear, gone: gone.signal });
  }
  socket.end();
}

/** The lines that come from who asks. All are read, whether or not anybody hears them: their end has to be seen. */
class Heard {
  #rest = '';
  #ahead: string[] = [];
  #onLine: ((line: string) => void) | undefined;

  constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (this.#rest + chunk).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
      // Who sends that is nobody whom we know.
      if (this.#rest.length > LONGEST_REQUEST) socket.destroy();
    });
  }

  /** The first line; undefined if there is none, or it is too long. */
  first(): Promise<string | undefined> {
    return new Promise((done) => {
      this.#onLine = (line) => {
        this.#onLine = undefined;
        done(line);
      };
      this.socket.once('close', () => {
        done(undefined);
      });
    });
  }

  tell(onLine: (line: string) => void): void {
    this.#ahead.forEach(onLine);
    this.#ahead = [];
    this.#onLine = onLine;
  }

  #take(line: string): void {
    if (this.#onLine !== undefined) this.#onLine(line);
    else if (this.#ahead.length < LINES_AHEAD) this.#ahead.push(line);
  }
}

/** Sends a line. */
export type SendLine = (line: string) => void;

export interface Conversation {
  readonly onLine: (line: string) => void;
  readonly talk?: (send: SendLine) => void;
  readonly signal: AbortSignal;
}

/**
 * Asks the server at a unix socket.
 *
 * @param onLine called with each line of the answer
 * @param talk given what sends a line that follows the request
 * @param signal when it fires the server learns that nobody listens; its answer is still waited for
 * @throws system errors: ENOENT, ECONNREFUSED where there is no server
 */
export async function askLocally(
  folder: string,
  name: string,
  request: string,
  { onLine, talk, signal }: Conversation,
): Promise<void> {
  const home = await open(folder);
  try {
    const socket = connect({ path: within(home, name), allowHalfOpen: true });
    await once(socket, 'connect');
    const leave = (): void => void socket.end();
    signal.addEventListener('abort', leave, { once: true });
    socket.write(`${request}\n`);
    if (signal.aborted) leave();
    talk?.((line) => {
      if (socket.writable) socket.write(`${line}\n`);
    });
    try {
      await lines(socket, onLine);
    } finally {
      signal.removeEventListener('abort', leave);
      socket.destroy();
    }
  } finally {
    await home.close();
  }
}

async function lines(socket: Socket, onLine: (line: string) => void): Promise<void> {
  let rest = '';
  socket.setEncoding('utf8');
  for await (const chunk of socket as AsyncIterable<string>) {
    const whole = (rest + chunk).split('\n');
    rest = whole.pop() ?? '';
    whole.forEach(onLine);
  }
}

/**
 * Waits at a unix socket for one who connects, and writes all that it sends to a file.
 *
 * @param file must not be there
 * @param ask has somebody connect, and settles when it has sent all; what it throws is passed on
 * @throws Failed `no-space`; other system errors as they are
 */
export async function receiveLocally(
  folder: string,
  name: string,
  file: string,
  ask: () => Promise<unknown>,
): Promise<void> {
  const home = await open(folder);
  const server = createServer();
  try {
    const take = (socket: Socket): Promise<void> =>
      writing(file, () => pipeline(socket, createWriteStream(file, { flags: 'wx', mode: 0o600 })));
    const taken = new Promise<void>((done, fail) => {
      server.once('connection', (socket) => void take(socket).then(done, fail));
    });
    await listening(server, within(home, name));
    await Promise.all([taken, ask()]);
  } finally {
    if (server.listening) {
      const closed = once(server, 'close');
      server.close();
      await closed;
    }
    await home.close();
  }
}

/** What is told of one who closes a connection, having read as much as it wanted. */
const CLOSED: ReadonlySet<unknown> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/**
 * Sends a file to who listens at a unix socket; that it takes all of it is not seen from here.
 *
 * @throws system errors, such as ENOENT, ECONNREFUSED
 */
export async function sendLocally(folder: string, name: string, file: string): Promise<void> {
  const home = await open(folder);
  try {
    const socket = connect(within(home, name));
    await once(socket, 'connect');
    await pipeline(createReadStream(file), socket).catch((error: unknown) => {
      if (!CLOSED.has(errorCode(error))) throw error;
    });
  } finally {
    await home.close();
  }
}
