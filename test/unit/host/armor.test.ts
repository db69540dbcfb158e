// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { dearmored } from '../../../src/host/armor.js';

const PACKET = Buffer.from([0x99, 1, 2, 3, 4, 5, 6]);
const block = (data = PACKET.toString('base64')): string =>
  [
    '-----BEGIN PGP PUBLIC KEY BLOCK-----',
    'Comment: a key',
    '',
    data,
    '=abcd',
    '-----END PGP PUBLIC KEY BLOCK-----',
    '',
  ].join('\n');
const read = (text: string): Buffer | undefined => dearmored(Buffer.from(text));

it('takes keys out of their armour, of all blocks of a file, whatever stands around', () => {
  expect(dearmored(PACKET)).toEqual(PACKET);
  expect(read(block())).toEqual(PACKET);
  expect(read(block().replaceAll('\n', '\r\n'))).toEqual(PACKET);
  expect(read(`pub rsa4096\n${block()}\n${block().replace('=abcd\n', '')}`)).toEqual(
    Buffer.concat([PACKET, PACKET]),
  );
});

it.each([
  '',
  'no key',
  block('not base64!'),
  block(''),
  block().replace('END', 'STOP'),
  block().replaceAll('PUBLIC KEY BLOCK', 'SIGNATURE'),
])('finds no keys in %j', (text) => {
  expect(read(text)).toBeUndefined();
});
