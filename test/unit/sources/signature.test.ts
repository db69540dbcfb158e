// SPDX-License-Identifier: GPL-2.0-only
import { gzipSync } from 'node:zlib';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import type { Failure } from '../../../src/model/failure.js';
import type { DetachedSignature, Fetched, HttpFile } from '../../../src/model/source.js';
import type { FetchPolicy } from '../../../src/model/step.js';
import { fetchHttp } from '../../../src/sources/http.js';
import { failureOf, fetchContext, serve, temporaryDirectory } from './fixture.js';
import { Signer } from './openpgp.js';

const TAR = Buffer.from('the tar of a release\n'.repeat(1000));
const ARCHIVE = gzipSync(TAR);

let signer: Signer;
let good: string;
let other: string;
beforeAll(() => {
  signer = new Signer();
  good = signer.key('good');
  other = signer.key('other');
}, 60_000);
afterAll(() => {
  signer.remove();
});

/** What lies on the publisher's server beside the archive. */
interface Offer {
  readonly signature?: Buffer;
  readonly key?: Buffer;
  readonly archive?: Buffer;
}

interface Wish extends Partial<Omit<DetachedSignature, 'keys'>> {
  readonly pinned?: string;
  readonly from?: readonly string[];
  readonly policy?: Partial<FetchPolicy>;
}

/** Fetches an archive with a signature, as a recipe says it. */
async function fetched(
  { signature, key = signer.exported(good), archive = ARCHIVE }: Offer,
  { of = 'file', pinned = good, from, policy }: Wish = {},
): Promise<Fetched & { readonly out: string }> {
  const files: Record<string, Buffer | undefined> = {
    '/r.tar.gz': archive,
    '/r.tar.gz.sig': signature,
    '/key.asc': key,
  };
  const base = await serve((request, response) => {
    const content = files[request.url ?? ''];
    if (content === undefined) response.writeHead(404).end();
    else response.end(content);
  });
  const source: HttpFile = {
    kind: 'http',
    urls: [`${base}/r.tar.gz`],
    sha256: sha256(archive),
    signature: {
      urls: [`${base}/r.tar.gz.sig`],
      of,
      keys: [{ fingerprint: pinned, from: from ?? [`${base}/key.asc`] }],
    },
  };
  const ctx = fetchContext(policy);
  return { ...(await fetchHttp('linux', source, ctx)), out: ctx.out };
}

const refusedOf = (...args: Parameters<typeof fetched>): Promise<Failure> =>
  failureOf(fetched(...args));

describe('a signature is believed', () => {
  it('that is by the pinned key over the file as it lies there', async () => {
    const { files, out } = await fetched({ signature: signer.sign(good, ARCHIVE) });
    expect(files).toMatchObject([
      { name: 'r.tar.gz', signedBy: { fingerprint: good, made: '2020-06-01', digest: 'SHA512' } },
    ]);
    expect(readdirSync(out)).toEqual(['r.tar.gz']);
  });

  it('that is over the tar in it, where the recipe says so', async () => {
    const signature = signer.sign(good, TAR);
    const { files } = await fetched({ signature }, { of: 'tar' });
    expect(files[0]?.signedBy?.fingerprint).toBe(good);
    expect((await refusedOf({ signature })).message).toContain('the file is not what was signed');
  });

  it('with the key as packets, among others, from a file of the user, or from a mirror', async () => {
    const signature = signer.sign(good, ARCHIVE);
    const both = Buffer.concat([signer.exported(other, false), signer.exported(good, false)]);
    expect((await fetched({ signature, key: both })).files[0]?.signedBy?.fingerprint).toBe(good);
    const ring = signer.file('ring.asc', signer.exported(good));
    const keyrings = [ring];
    expect(
      (await fetched({ signature, key: signer.exported(other) }, { policy: { keyrings } })).files,
    ).toHaveLength(1);
    const mirror = temporaryDirectory();
    writeFileSync(join(mirror, 'r.tar.gz'), ARCHIVE);
    writeFileSync(join(mirror, 'r.tar.gz.sig'), signature);
    writeFileSync(join(mirror, 'key.asc'), signer.exported(good));
    const offline = { mirrors: [mirror], offline: true };
    expect((await fetched({}, { policy: offline })).files[0]?.signedBy?.fingerprint).toBe(good);
  });

  it('that is by a subkey of the pinned key', async () => {
    const primary = signer.key('primary');
    const subkey = signer.subkey(primary);
    const signature = signer.sign(subkey, ARCHIVE);
    const { files } = await fetched(
      { signature, key: signer.exported(primary) },
      { pinned: primary },
    );
    expect(files[0]?.signedBy?.fingerprint).toBe(primary);
  });

  it('that was made while its key held, although that has expired since', async () => {
    const key = signer.key('expired', '2020-01-01', '1y');
    const signature = signer.sign(key, ARCHIVE, '2020-06-01');
    const { files } = await fetched({ signature, key: signer.exported(key) }, { pinned: key });
    expect(files[0]?.signedBy).toMatchObject({ fingerprint: key, made: '2020-06-01' });
  });

  it('that is made with SHA-1, and one of several', async () => {
    const old = signer.sign(
      good,
      ARCHIVE,
      '2020-06-01',
      '--digest-algo',
      'SHA1',
      '--allow-weak-digest-algos',
    );
    expect((await fetched({ signature: old })).files[0]?.signedBy?.digest).toBe('SHA1');
    const two = Buffer.concat([
      signer.sign(other, ARCHIVE, '2020-06-01', '--no-armor'),
      signer.sign(good, ARCHIVE, '2020-06-01', '--no-armor'),
    ]);
    expect((await fetched({ signature: two })).files[0]?.signedBy?.fingerprint).toBe(good);
  });
});

describe('a signature is refused, and nothing is kept,', () => {
  it('that is by another key, naming both', async () => {
    const signature = signer.sign(other, ARCHIVE);
    const unknown = await refusedOf({ signature });
    expect(unknown.reason).toBe('signature-refused');
    expect(unknown.message).toBe(
      'the signature of r.tar.gz is refused: its key is not among those that were had',
    );
    expect(unknown.details?.slice(0, 2)).toEqual([`key wanted: ${good}`, `key found:  ${other}`]);
    expect(unknown.hints?.join(' ')).toContain('--keyring FILE');
    // A place that gives out another key than the pinned one is of no use to anybody.
    const given = await refusedOf({ signature, key: signer.exported(other) });
    expect(given.message).toContain('it is by another key than the recipe pins');
    expect(given.details).toContain(`key found:  ${other}`);
  });

  it('over another file, although its SHA-256 is the pinned one', async () => {
    const failure = await refusedOf({
      signature: signer.sign(good, ARCHIVE),
      archive: Buffer.concat([ARCHIVE, Buffer.from('!')]),
    });
    expect(failure.message).toContain('the file is not what was signed');
  });

  it('that was made when its key had expired, by a revoked key, or that is over', async () => {
    const late = signer.key('late');
    const after = signer.sign(late, ARCHIVE, '2022-01-01');
    signer.expire(late, '2020-06-01', '1y');
    const expired = await refusedOf(
      { signature: after, key: signer.exported(late) },
      { pinned: late },
    );
    expect(expired.message).toContain(
      'it was made on 2022-01-01, when its key had expired (2021-06-01)',
    );
    const revoked = signer.key('revoked');
    const signature = signer.sign(revoked, ARCHIVE);
    signer.revoke(revoked);
    const taken = await refusedOf(
      { signature, key: signer.exported(revoked) },
      { pinned: revoked },
    );
    expect(taken.message).toContain('its key has been revoked');
    const over = signer.sign(good, ARCHIVE, '2020-06-01', '--default-sig-expire', '1m');
    expect((await refusedOf({ signature: over })).message).toContain('it holds no longer');
  });

  it('that is made with MD5', async () => {
    const weak = ['--digest-algo', 'MD5', '--allow-weak-digest-algos'];
    const signature = signer.sign(good, ARCHIVE, '2020-06-01', ...weak);
    expect((await refusedOf({ signature })).message).toContain(
      'it is made with MD5, which is broken',
    );
  });

  it('that is none, is missing, or is huge', async () => {
    const none = await refusedOf({ signature: Buffer.from('<html>not found</html>') });
    expect(none).toMatchObject({
      reason: 'signature-refused',
      message: 'the signature of r.tar.gz is refused: it is no signature of OpenPGP',
    });
    const missing = await refusedOf({});
    expect(missing.reason).toBe('source-missing');
    expect(missing.message).toContain(
      'the signature of r.tar.gz is missing: r.tar.gz.sig is at none',
    );
    expect(missing.hints?.[0]).toContain('--mirror FOLDER');
    const huge = Buffer.alloc(100_000, 'x');
    expect((await refusedOf({ signature: huge })).details?.join(' ')).toContain('more than the 64');
    const mirror = temporaryDirectory();
    writeFileSync(join(mirror, 'r.tar.gz.sig'), huge);
    const copied = await refusedOf({}, { policy: { mirrors: [mirror] } });
    expect(copied.message).toContain('it has 100000 bytes, more than any signature');
  });

  it('whose keys cannot be had, with where they were looked for', async () => {
    const signature = signer.sign(good, ARCHIVE);
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'folder'));
    const from = [
      'http://no-such-host.invalid/k.asc',
      join(folder, 'none.gpg'),
      join(folder, 'folder'),
    ];
    const failure = await refusedOf({ signature }, { from });
    expect(failure.reason).toBe('source-missing');
    expect(failure.message).toContain('none of the keys that linux pins could be had');
    expect(failure.details?.[0]).toBe(`key wanted: ${good}`);
    expect(failure.details?.join('\n')).toContain('no-such-host.invalid');
    expect(failure.details).toContain(`${from[1] ?? ''}: not there`);
    const page = await refusedOf({ signature, key: Buffer.from('<html></html>') });
    expect(page.details?.join('\n')).toContain('it holds no public keys of OpenPGP');
  });

  it('where --keyring names no file of keys', async () => {
    const signature = signer.sign(good, ARCHIVE);
    for (const [path, why] of [
      ['/none', 'not there'],
      [signer.file('page', Buffer.from('<html></html>')), 'no public keys'],
    ] as const) {
      const failure = await refusedOf({ signature }, { policy: { keyrings: [path] } });
      expect(failure).toMatchObject({
        reason: 'usage',
        message: `--keyring ${path} cannot be used`,
      });
      expect(failure.details?.[0]).toContain(why);
    }
  });
});
