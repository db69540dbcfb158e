// SPDX-License-Identifier: GPL-2.0-only
import { createReadStream } from 'node:fs';
import { Failed } from '../model/failure.js';
import { decompressor, formatOfFile } from './compression.js';
import type { Argv } from './exec.js';
import { Chain } from './pipe.js';

/** What one signature of a file turned out to be, as gpgv(1) sees it today (DETAILS in GnuPG's doc folder). */
export interface SignatureStatus {
  /** `valid`: the data are what was signed; `bad`: they are not; `unchecked`: it cannot be told. */
  readonly result: 'valid' | 'bad' | 'unchecked';
  /** Fingerprint of the primary key where it is known, else what the signature says: a fingerprint or an id. */
  readonly key: string;
  /** Seconds since the epoch. */
  readonly made?: number;
  /** Digest algorithm by its number (RFC 9580, 9.5). */
  readonly digest?: number;
  /** When the key expired, in seconds since the epoch; missing for one that has not. */
  readonly keyExpired?: number;
  readonly keyRevoked: boolean;
  /** The signature itself has an end, and is past it. */
  readonly over: boolean;
}

export interface GpgvRequest {
  /** Absolute paths of the signature and of the data. */
  readonly signature: string;
  readonly data: string;
  /** What is signed: the file, or the tar that is compressed in it. */
  readonly of: 'file' | 'tar';
  /** Absolute paths of files of keys, as packets. */
  readonly keyrings: readonly string[];
  /** An empty folder in place of the user's. */
  readonly home: string;
  readonly signal: AbortSignal;
}

/**
 * Looks at the signatures of a file by the keys of some files, and by no others. Whom to believe, the caller says.
 *
 * @returns each signature; none if the file is no signature
 * @throws Failed `host-lacks` without gpgv or the decompressor, `interrupted`
 */
export async function signaturesOf(request: GpgvRequest): Promise<SignatureStatus[]> {
  const { signature, data, of, keyrings, home, signal } = request;
  const chain = new Chain(signal);
  try {
    const unpacker = of === 'tar' ? decompressor(await formatOfFile(data)) : undefined;
    const bytes =
      unpacker === undefined ? createReadStream(data) : chain.start([...unpacker, data]).stdout;
    const rings = keyrings.flatMap((ring) => ['--keyring', ring]);
    const argv: Argv = ['gpgv', '--homedir', home, '--status-fd', '1', ...rings, signature, '-'];
    const gpgv = chain.start(argv, bytes);
    const said: Buffer[] = [];
    for await (const chunk of gpgv.stdout as AsyncIterable<Buffer>) said.push(chunk);
    // Its exit code says less than what it printed.
    await gpgv.ended.catch((error: unknown) => {
      if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') throw error;
    });
    return parseStatus(Buffer.concat(said).toString('utf8'));
  } finally {
    // It may have ended before it had read all: what unpacks then has nobody to write to.
    await chain.stop();
  }
}

type Draft = { -readonly [K in keyof SignatureStatus]: SignatureStatus[K] };

/** The lines of gpgv's `--status-fd`, signature by signature. */
export function parseStatus(text: string): SignatureStatus[] {
  const all: Draft[] = [];
  for (const line of text.split('\n')) {
    const [mark, word, ...args] = line.trim().split(' ');
    if (mark !== '[GNUPG:]' || word === undefined) continue;
    if (word === 'NEWSIG') {
      all.push({ result: 'unchecked', key: '', keyRevoked: false, over: false });
    }
    const current = all.at(-1);
    if (current !== undefined) take(current, word, args);
  }
  return all.filter(({ key }) => key !== '');
}

function take(status: Draft, word: string, args: readonly string[]): void {
  switch (word) {
    case 'VALIDSIG': {
      const [key = '', , made = '', , , , , digest = '', , primary] = args;
      Object.assign(status, {
        result: 'valid',
        key: primary ?? key,
        made: Number(made),
        digest: Number(digest),
      });
      return;
    }
    case 'BADSIG':
      Object.assign(status, { result: 'bad', key: args[0] ?? '' });
      return;
    case 'ERRSIG': {
      const [id = '', , digest = '', , made = '', , fingerprint = '-'] = args;
      const key = fingerprint === '-' ? id : fingerprint;
      Object.assign(status, { key, digest: Number(digest), made: Number(made) });
      return;
    }
    case 'KEYEXPIRED':
      status.keyExpired = Number(args[0] ?? '0');
      return;
    case 'REVKEYSIG':
      status.keyRevoked = true;
      return;
    case 'EXPSIG':
      status.over = true;
      return;
  }
}
