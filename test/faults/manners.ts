// SPDX-License-Identifier: GPL-2.0-only
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { reset, type Asked, type Manner } from './broken-server.js';

/** Status line and headers. */
function head(status: string, ...headers: string[]): string {
  return [`HTTP/1.1 ${status}`, 'Connection: close', ...headers, '', ''].join('\r\n');
}

const lengthOf = (file: Buffer): string => `Content-Length: ${String(file.length)}`;
const HALF = (file: Buffer): number => Math.floor(file.length / 2);
const ETAG = 'ETag: "one"';

/** An answer with these headers, and the file. */
const whole =
  (...headers: string[]): Manner =>
  ({ socket }, file) => {
    socket.write(head('200 OK', ...headers));
    socket.end(file);
  };

/** Words for the wire, and the end. */
const raw =
  (words: string): Manner =>
  ({ socket }) => {
    socket.end(words, 'latin1');
  };

/** The first answer breaks off in the middle; what follows is up to `then`. */
const brokenOff =
  (then: Manner, ...headers: string[]): Manner =>
  (asked, file) => {
    if (asked.before > 0) {
      then(asked, file);
      return;
    }
    asked.socket.write(head('200 OK', lengthOf(file), ETAG, ...headers));
    asked.socket.write(file.subarray(0, HALF(file)), () => {
      setTimeout(() => {
        reset(asked.socket);
      }, 50);
    });
  };

/** A part of the file as it was asked for, or as a server that errs gives it. */
function part({ socket }: Asked, range: string, bytes: Buffer): void {
  socket.write(
    head(
      '206 Partial Content',
      `Content-Length: ${String(bytes.length)}`,
      `Content-Range: ${range}`,
      ETAG,
    ),
  );
  socket.end(bytes);
}

const rangeOf = (from: number, file: Buffer): string =>
  `bytes ${String(from)}-${String(file.length - 1)}/${String(file.length)}`;

/** Does it badly at first, and then well. */
const atFirst =
  (times: number, bad: Manner): Manner =>
  (asked, file) => {
    if (asked.before < times) bad(asked, file);
    else whole(lengthOf(file))(asked, file);
  };

const resetAtOnce: Manner = ({ socket }) => {
  reset(socket);
};

const cutShort: Manner = ({ socket }, file) => {
  socket.write(head('200 OK', lengthOf(file)));
  socket.end(file.subarray(0, HALF(file)));
};

async function inPieces(socket: Socket, file: Buffer): Promise<void> {
  for (let at = 0; at < file.length; at += 1024) {
    socket.write(file.subarray(at, at + 1024));
    await sleep(20);
  }
  socket.end();
}

/** What a source comes through all the same. */
export const ENDURED: Readonly<Record<string, Manner>> = {
  'no length': whole(),
  'another type': (asked, file) => {
    whole(lengthOf(file), 'Content-Type: text/html')(asked, file);
  },
  'an encoding that it has not': (asked, file) => {
    whole(lengthOf(file), 'Content-Encoding: br')(asked, file);
  },
  'many small pieces': ({ socket }, file) => {
    socket.write(head('200 OK', lengthOf(file)));
    void inPieces(socket, file);
  },
  'interim answers first': (asked, file) => {
    asked.socket.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(20));
    whole(lengthOf(file))(asked, file);
  },
  'a reset at first': atFirst(1, resetAtOnce),
  'two resets at first': atFirst(2, resetAtOnce),
  'half of it at first': atFirst(1, cutShort),
  'busy at first': atFirst(1, raw(head('503 Busy', 'Content-Length: 0'))),
  'too many at first': atFirst(2, raw(head('429 Slow down', 'Content-Length: 0'))),
  'the rest, when asked for it': brokenOff((asked, file) => {
    const from = asked.from ?? 0;
    part(asked, rangeOf(from, file), file.subarray(from));
  }),
  'all of it, when asked for the rest': brokenOff((asked, file) => {
    whole(lengthOf(file), ETAG)(asked, file);
  }),
  'another file, when asked for the rest': brokenOff((asked, file) => {
    whole(lengthOf(file), 'ETag: "two"')(asked, file);
  }),
};

/** What no source comes through: each has to be told, and the next address asked. */
export const REFUSED: Readonly<Record<string, Manner>> = {
  'a reset': resetAtOnce,
  'a reset in the headers': ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Le', () => {
      reset(socket);
    });
  },
  'a reset in the middle': ({ socket }, file) => {
    socket.write(head('200 OK', lengthOf(file)));
    socket.write(file.subarray(0, HALF(file)), () => {
      reset(socket);
    });
  },
  'an end in the middle': cutShort,
  'an end in the middle, without a length': ({ socket }, file) => {
    socket.write(head('200 OK'));
    socket.end(file.subarray(0, HALF(file)));
  },
  'a length that is too long': ({ socket }, file) => {
    socket.write(head('200 OK', `Content-Length: ${String(file.length + 10)}`));
    socket.end(file);
  },
  'a length that is too short': ({ socket }, file) => {
    socket.write(head('200 OK', `Content-Length: ${String(file.length - 10)}`));
    socket.end(file);
  },
  'a length below zero': whole('Content-Length: -5'),
  'a length of letters': whole('Content-Length: many'),
  'a length beyond all disks': whole('Content-Length: 99999999999999999999'),
  'a length beyond all limits': whole('Content-Length: 9000000000'),
  'two lengths': whole('Content-Length: 5', 'Content-Length: 7'),
  'no HTTP': raw('SSH-2.0-OpenSSH_9.2\r\n'),
  'NUL bytes': raw('\0'.repeat(4096)),
  'a status of letters': raw('HTTP/1.1 OK 200\r\n\r\n'),
  'a status of 999': raw(head('999 Odd', 'Content-Length: 0')),
  'headers without an end': ({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\n${'X-Filler: aaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(4000)}`);
  },
  'a header with NUL': raw('HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n'),
  'nothing at all': raw(''),
  'a redirect to nowhere': raw(head('302 Found', 'Content-Length: 0')),
  'a redirect to a shell': raw(head('302 Found', 'Location: javascript:alert(1)')),
  'a redirect with a password': raw(head('302 Found', 'Location: http://a:secret@127.0.0.1:1/x')),
  'a chunk of a size that is no number': raw(
    `${head('200 OK', 'Transfer-Encoding: chunked')}zz\r\nabc\r\n`,
  ),
  'chunks that break off': raw(`${head('200 OK', 'Transfer-Encoding: chunked')}5\r\nabc`),
  'chunks and a length': raw(
    `${head('200 OK', 'Transfer-Encoding: chunked', 'Content-Length: 3')}3\r\nabc\r\n0\r\n\r\n`,
  ),
  'a part that nobody asked for': (asked, file) => {
    part(asked, rangeOf(0, file), file.subarray(0, HALF(file)));
  },
  'not changed': raw(head('304 Not Modified')),
  'another part than was asked for': brokenOff((asked, file) => {
    part(asked, rangeOf(1, file), file.subarray(1));
  }),
  'other bytes for the rest': brokenOff((asked, file) => {
    const from = asked.from ?? 0;
    part(asked, rangeOf(from, file), Buffer.alloc(file.length - from));
  }),
  'no such part': brokenOff(raw(head('416 Range Not Satisfiable', 'Content-Length: 0'))),
};
