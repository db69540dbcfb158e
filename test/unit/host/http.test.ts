// SPDX-License-Identifier: GPL-2.0-only
import { createServer } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import { download, shownUrl, type Downloaded } from '../../../src/host/http.js';
import { failureOf, serve, temporaryDirectory } from '../sources/fixture.js';

const CONTENT = Buffer.alloc(300_000, 'layer seven ');
const HALF = 150_000;

let dir: string;
let requests: IncomingMessage[];
let base: string;

/** Each path of the server has its own way of going wrong. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  requests.push(request);
  const again = requests.filter(({ url }) => url === request.url).length > 1;
  const breakOff = (): void => {
    response.write(CONTENT.subarray(0, HALF), () => setTimeout(() => response.destroy(), 50));
  };
  switch (request.url) {
    case '/good':
      response.setHeader('content-length', CONTENT.length);
      response.end(CONTENT);
      return;
    case '/moved':
      response.writeHead(302, { location: '/good' }).end();
      return;
    case '/loop':
      response.writeHead(302, { location: '/loop' }).end();
      return;
    case '/chunked':
      response.end(CONTENT);
      return;
    case '/empty':
      response.end();
      return;
    case '/packed':
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(CONTENT));
      return;
    case '/busy-once':
      if (again) response.end(CONTENT);
      else response.writeHead(503).end();
      return;
    case '/short':
      response.writeHead(200, { 'content-length': CONTENT.length });
      breakOff();
      return;
    case '/resumable':
      if (again) {
        const range = `bytes ${String(HALF)}-${String(CONTENT.length - 1)}/${String(CONTENT.length)}`;
        response.writeHead(206, { 'content-range': range, etag: '"1"' });
        response.end(CONTENT.subarray(HALF));
      } else {
        response.writeHead(200, { 'content-length': CONTENT.length, etag: '"1"' });
        breakOff();
      }
      return;
    case '/changed':
      response.writeHead(200, { 'content-length': CONTENT.length, etag: `"${String(again)}"` });
      if (again) response.end(CONTENT);
      else breakOff();
      return;
    case '/other-part':
      response.writeHead(again ? 206 : 200, {
        'content-length': CONTENT.length,
        'content-range': 'bytes 5-9/10',
        'last-modified': 'Sun, 06 Nov 1994 08:49:37 GMT',
      });
      breakOff();
      return;
    case '/reset':
      request.socket.destroy();
      return;
    default:
      response.writeHead(404).end('no such file');
  }
}

beforeEach(async () => {
  dir = temporaryDirectory();
  requests = [];
  base = await serve(answer);
});

function get(path: string, limit = 1e6, url = `${base}${path}`): Promise<Downloaded> {
  return download({ url, to: join(dir, 'file'), limit, signal: new AbortController().signal });
}

const WHOLE = { ok: true, sha256: sha256(CONTENT), size: CONTENT.length };

describe('download', () => {
  it.each(['/good', '/moved', '/chunked', '/busy-once', '/resumable', '/changed'])(
    'brings a file from %s',
    async (path) => {
      expect(await get(path)).toEqual(WHOLE);
      expect(readFileSync(join(dir, 'file')).equals(CONTENT)).toBe(true);
      expect(readdirSync(dir)).toEqual(['file']);
    },
  );

  it('goes on where a transfer broke off', async () => {
    await get('/resumable');
    expect(requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      `bytes=${String(HALF)}-`,
    ]);
    expect(requests[1]?.headers['if-range']).toBe('"1"');
  });

  it('takes a file as it lies on the server', async () => {
    const packed = gzipSync(CONTENT);
    expect(await get('/packed')).toMatchObject({ sha256: sha256(packed) });
    expect(await get('/empty')).toEqual({ ok: true, sha256: sha256(''), size: 0 });
  });

  it('reports progress up to the end', async () => {
    const seen: [number, number | undefined][] = [];
    const signal = new AbortController().signal;
    const onProgress = (done: number, total: number | undefined): void => {
      seen.push([done, total]);
    };
    await download({ url: `${base}/good`, to: join(dir, 'file'), limit: 1e6, signal, onProgress });
    expect(seen.at(-1)).toEqual([CONTENT.length, CONTENT.length]);
  });

  it.each([
    ['/none', 'missing', 'the server answers 404 Not Found', 1],
    ['/loop', 'network', /[Rr]edirect/, 6],
    ['/reset', 'network', /closed the connection/, 3],
    ['/short', 'network', /broke off after 150000 of 300000 bytes/, 3],
    ['/other-part', 'network', /another part/, 2],
  ])('%s fails as %s, and leaves nothing', async (path, kind, why, asked) => {
    const got = await get(path);
    expect(got).toMatchObject({ ok: false, kind });
    expect(got.ok ? '' : got.why).toMatch(why);
    expect(requests).toHaveLength(asked);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('takes no more than was agreed', async () => {
    for (const path of ['/good', '/chunked']) {
      const got = await get(path, 1000);
      expect(got.ok ? '' : got.why).toMatch(/more than the 1000 bytes that are expected/);
    }
    expect(readdirSync(dir)).toEqual([]);
  });

  it('gives up within seconds where there is no server', async () => {
    const started = Date.now();
    const nowhere = await get('', 1e6, 'http://no-such-host.invalid/file');
    expect(nowhere).toMatchObject({ ok: false, kind: 'network' });
    expect(nowhere.ok ? '' : nowhere.why).toContain('no-such-host.invalid cannot be found');
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address() as { port: number };
    await new Promise((done) => closed.close(done));
    const refused = await get('', 1e6, `http://127.0.0.1:${String(port)}/file`);
    expect(refused.ok ? '' : refused.why).toBe(
      `the host 127.0.0.1:${String(port)} refuses the connection`,
    );
    expect(Date.now() - started).toBeLessThan(8000);
  });

  it('is interrupted by the signal, in a transfer and between attempts', async () => {
    for (const path of ['/short', '/reset']) {
      const abort = new AbortController();
      const request = { url: base + path, to: join(dir, 'file'), limit: 1e6, signal: abort.signal };
      const running = failureOf(download(request));
      setTimeout(() => {
        abort.abort();
      }, 100);
      expect((await running).reason).toBe('interrupted');
      expect(readdirSync(dir)).toEqual([]);
    }
  });

  it('passes on what is no fault of the network', async () => {
    const request = { url: `${base}/good`, limit: 1e6, signal: new AbortController().signal };
    await expect(download({ ...request, to: join(dir, 'none/file') })).rejects.toThrow('ENOENT');
  });
});

describe('shownUrl', () => {
  it('hides passwords', () => {
    expect(shownUrl('https://user:secret@example.org/a')).toBe('https://example.org/a');
    expect(shownUrl('/a/b')).toBe('/a/b');
  });
});
