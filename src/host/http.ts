// SPDX-License-Identifier: GPL-2.0-only
import { createHash, type Hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hastenLookups } from './environment.js';
import { interrupted } from './exec.js';
import { temporaryName } from './files.js';
import { errorCode, formatBytes, requireSpace, writing } from './space.js';

export interface DownloadRequest {
  /** http or https. */
  readonly url: string;
  /** Path of the file to make. */
  readonly to: string;
  /** Most bytes that are taken. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Called as bytes come; `total` when the server tells. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
}

export type Downloaded =
  | { readonly ok: true; readonly sha256: string; readonly size: number }
  | {
      readonly ok: false;
      /** `missing`: the server says that it has no such file; `network`: all else. */
      readonly kind: 'missing' | 'network';
      /** What went wrong, without the address. */
      readonly why: string;
    };

/** Waits before the second, third, … attempt, in milliseconds. */
const BACK_OFF_MS = [300, 1500];
/** A server that can't be found or reached is given up at once: all of these together are seconds. */
const TIMEOUT_MS = {
  lookup: 5000,
  connect: 8000,
  secureConnect: 8000,
  response: 20000,
  socket: 20000,
};
const RETRIED_STATUS = new Set([408, 429, 500, 502, 503, 504]);
const MISSING_STATUS = new Set([404, 410]);

/** The address without user name and password, for messages. */
export function shownUrl(url: string): string {
  try {
    const shown = new URL(url);
    shown.username = '';
    shown.password = '';
    return shown.href;
  } catch {
    return url;
  }
}

/** One attempt's end that is not success. */
class Attempt extends Error {
  constructor(
    readonly kind: 'missing' | 'network',
    why: string,
    readonly again: boolean,
  ) {
    super(why);
  }
}

/** What has arrived so far; an interrupted transfer goes on from here when the server can. */
class Transfer {
  received = 0;
  total: number | undefined;
  hash: Hash = createHash('sha256');
  /** ETag or date that tells that the server still has the same file (RFC 9110, 13.1.5). */
  validator: string | undefined;

  constructor(
    readonly request: DownloadRequest,
    readonly file: FileHandle,
  ) {}

  headers(): Record<string, string> {
    return this.received === 0 || this.validator === undefined
      ? {}
      : { range: `bytes=${String(this.received)}-`, 'if-range': this.validator };
  }

  async begin(status: number, headers: IncomingHttpHeaders): Promise<void> {
    const resumed =
      status === 206 && headers['content-range']?.startsWith(`bytes ${String(this.received)}-`);
    if (status === 206 && resumed !== true) {
      throw new Attempt('network', 'the server sent another part than was asked for', false);
    }
    if (resumed !== true) {
      this.received = 0;
      this.hash = createHash('sha256');
      await this.file.truncate(0);
    }
    const etag = headers.etag?.startsWith('W/') === true ? undefined : headers.etag;
    this.validator = etag ?? headers['last-modified'];
    const length = Number(headers['content-length'] ?? NaN);
    this.total = Number.isFinite(length) ? this.received + length : undefined;
    this.#check(this.total ?? 0);
    await requireSpace(this.request.to, length || 0);
  }

  async take(chunk: Buffer): Promise<void> {
    this.#check(this.received + chunk.length);
    await this.file.write(chunk, 0, chunk.length, this.received);
    this.hash.update(chunk);
    this.received += chunk.length;
    this.request.onProgress?.(this.received, this.total);
  }

  end(): void {
    if (this.total !== undefined && this.received < this.total) throw this.broken('');
  }

  broken(cause: string): Attempt {
    const of = this.total === undefined ? '' : ` of ${String(this.total)}`;
    return new Attempt(
      'network',
      `the download broke off after ${String(this.received)}${of} bytes${cause}`,
      true,
    );
  }

  #check(bytes: number): void {
    if (bytes <= this.request.limit) return;
    const limit = formatBytes(this.request.limit);
    throw new Attempt(
      'network',
      `the server offers more than the ${limit} that are expected`,
      false,
    );
  }
}

/**
 * Downloads a file; what broke off on the way is asked for again, from where it broke off if the
 * server can. The file appears at `to` whole, by rename, or not at all. Its digest is computed on the
 * way; whether it is the right one is for the caller to say.
 *
 * @throws Failed `interrupted` or `no-space`; failures of server and network are a result
 */
export async function download(request: DownloadRequest): Promise<Downloaded> {
  const part = temporaryName(request.to);
  try {
    return await writing(request.to, async () => {
      const file = await open(part, 'wx');
      let done: Downloaded;
      try {
        done = await attempts(new Transfer(request, file));
      } finally {
        await file.close();
      }
      if (done.ok) await rename(part, request.to);
      return done;
    });
  } finally {
    await rm(part, { force: true });
  }
}

async function attempts(transfer: Transfer): Promise<Downloaded> {
  const { signal } = transfer.request;
  for (let count = 0; ; count += 1) {
    try {
      await attempt(transfer);
      return { ok: true, sha256: transfer.hash.digest('hex'), size: transfer.received };
    } catch (error) {
      if (signal.aborted) throw interrupted();
      if (!(error instanceof Attempt)) throw error;
      const wait = BACK_OFF_MS[count];
      if (!error.again || wait === undefined)
        return { ok: false, kind: error.kind, why: error.message };
      await sleep(wait, undefined, { signal }).catch(() => {
        throw interrupted();
      });
    }
  }
}

async function attempt(transfer: Transfer): Promise<void> {
  // Loaded when first needed: a run that downloads nothing has no use for it.
  const { got, HTTPError, RequestError } = await import('got');
  hastenLookups();
  const { url, signal } = transfer.request;
  const stream = got.stream(url, {
    headers: transfer.headers(),
    // The file is wanted as it lies on the server.
    decompress: false,
    retry: { limit: 0 },
    maxRedirects: 5,
    timeout: TIMEOUT_MS,
    signal,
  });
  let begun = false;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (!begun) {
        begun = true;
        const { response } = stream;
        if (response !== undefined) await transfer.begin(response.statusCode, response.headers);
      }
      await transfer.take(chunk);
    }
    if (!begun && stream.response !== undefined) {
      await transfer.begin(stream.response.statusCode, stream.response.headers);
    }
    transfer.end();
  } catch (error) {
    if (error instanceof HTTPError) {
      const { statusCode, statusMessage } = error.response;
      const why = `the server answers ${String(statusCode)} ${statusMessage ?? ''}`.trim();
      const kind = MISSING_STATUS.has(statusCode) ? 'missing' : 'network';
      throw new Attempt(kind, why, RETRIED_STATUS.has(statusCode));
    }
    if (!(error instanceof RequestError)) throw error;
    const cause = plain(error.message, errorCode(error), url);
    if (begun) throw transfer.broken(` (${cause})`);
    throw new Attempt('network', cause, errorCode(error) === 'ECONNRESET');
  } finally {
    stream.destroy();
  }
}

/** What the common system errors mean, with the host in it. */
function plain(message: string, code: string | undefined, url: string): string {
  const { host } = new URL(url);
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host ${host} cannot be found (no network, or no name server)`;
    case 'ECONNREFUSED':
      return `the host ${host} refuses the connection`;
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return `the host ${host} cannot be reached (no network)`;
    case 'ECONNRESET':
      return `the host ${host} closed the connection`;
    case 'ETIMEDOUT':
      return `the host ${host} does not answer in time`;
    default:
      return message;
  }
}
