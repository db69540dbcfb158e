// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import { fetchChecksums, parseChecksums } from '../../../src/sources/checksum-list.js';
import { failureOf, serve } from './fixture.js';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const SIGNED = [
  '-----BEGIN PGP SIGNED MESSAGE-----',
  'Hash: SHA256',
  '',
  `${A}  linux-6.1.1.tar.xz`,
  `${B} *linux-6.1.1.tar.gz`,
  '-----BEGIN PGP SIGNATURE-----',
  '',
  'iQIzBAEBCAAdFiEE',
  '-----END PGP SIGNATURE-----',
  '',
].join('\n');

const complaint = (text: string): string => {
  try {
    parseChecksums(text, 'list');
  } catch (error) {
    if (error instanceof Failed) return `${error.failure.reason}: ${error.message}`;
    throw error;
  }
  return '';
};

describe('a list of checksums', () => {
  it('is read with its signature around it and without', () => {
    const both = new Map([
      ['linux-6.1.1.tar.xz', A],
      ['linux-6.1.1.tar.gz', B],
    ]);
    expect(parseChecksums(SIGNED, 'list')).toEqual(both);
    expect(parseChecksums(SIGNED.replaceAll('\n', '\r\n'), 'list')).toEqual(both);
    expect(parseChecksums(`${A}  linux-6.1.1.tar.xz\n${B}  linux-6.1.1.tar.gz`, 'list')).toEqual(
      both,
    );
  });

  it.each([
    ['<html>no such page</html>', 'line 1 is no checksum'],
    [SIGNED.replace(`${B} *`, `${B.toUpperCase()} *`), 'line 5 is no checksum'],
    [SIGNED.replace('linux-6.1.1.tar.gz', '../linux-6.1.1.tar.gz'), 'line 5 is no checksum'],
    [SIGNED.replace('linux-6.1.1.tar.gz', 'linux-6.1.1.tar.xz'), 'line 5 has another checksum'],
    [SIGNED.slice(0, SIGNED.indexOf('iQIz')), 'it is cut off after line 6'],
    [SIGNED.slice(0, SIGNED.indexOf('-----BEGIN PGP SIGNATURE')), 'it is cut off after line 5'],
    ['-----BEGIN PGP SIGNED MESSAGE-----', 'it is cut off after line 1'],
  ])('is refused whole where a line of it is something else: %j', (text, why) => {
    expect(complaint(text)).toContain(`network-failed: list is no list of checksums: ${why}`);
  });

  it('is not taken when it has no end', async () => {
    const base = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(`${A}  linux-6.1.1.tar.xz\n`.repeat(1000)));
        response.once('drain', more);
      };
      more();
    });
    const { signal } = new AbortController();
    const failure = await failureOf(fetchChecksums(`${base}/`, signal));
    expect(failure.reason).toBe('network-failed');
    expect(failure.message).toMatch(/sha256sums\.asc: the server offers more than the 8/);
  });
});
