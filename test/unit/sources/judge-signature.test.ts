// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { parseStatus } from '../../../src/host/gpgv.js';
import { judge } from '../../../src/sources/judge-signature.js';

const KEY = 'A'.repeat(40);
const OTHER = 'B'.repeat(40);
const said = (...lines: string[]): string => lines.map((line) => `[GNUPG:] ${line}`).join('\n');
const valid = (key = KEY, made = 1_600_000_000, digest = 8): string =>
  `VALIDSIG ${key} 2020-09-13 ${String(made)} 0 4 0 1 ${String(digest)} 00 ${key}`;

it('a key that had expired when the signature was made is not believed', () => {
  const expired = said('NEWSIG', 'KEYEXPIRED 1500000000', `EXPKEYSIG AAAA x`, valid());
  expect(judge(parseStatus(expired), [KEY])).toEqual({
    why: 'it was made on 2020-09-13, when its key had expired (2017-07-14)',
    found: KEY,
  });
  const since = said('NEWSIG', 'KEYEXPIRED 1700000000', `EXPKEYSIG AAAA x`, valid());
  expect(judge(parseStatus(since), [KEY])).toEqual({
    by: { fingerprint: KEY, made: '2020-09-13', digest: 'SHA256' },
  });
});

it('what is wrong with the pinned key is told before what is wrong with others', () => {
  const both = said(
    ...['NEWSIG', valid(OTHER)],
    ...['NEWSIG', `BADSIG ${KEY.slice(-16)} somebody`],
  );
  expect(judge(parseStatus(both), [KEY])).toEqual({
    why: 'the file is not what was signed',
    found: KEY.slice(-16),
  });
});

it('nothing is believed of what gpgv did not say, or says of nothing', () => {
  expect(parseStatus('')).toEqual([]);
  expect(parseStatus(valid())).toEqual([]);
  expect(parseStatus(said(valid()))).toEqual([]);
  expect(parseStatus(said('NEWSIG', 'NODATA 4'))).toEqual([]);
  expect(judge([], [KEY])).toEqual({ why: 'it is no signature of OpenPGP' });
  const unknown = said('NEWSIG', `ERRSIG ${KEY.slice(-16)} 1 99 00 1600000000 9 -`);
  expect(judge(parseStatus(unknown), [KEY])).toMatchObject({
    unknown: true,
    found: KEY.slice(-16),
  });
});
