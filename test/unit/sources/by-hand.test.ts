// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { fetchSource } from '../../../src/sources/index.js';
import { failureOf, fetchContext } from './fixture.js';

test('a file without a known checksum is not fetched; its address and the way to bring it are told', async () => {
  const source = { kind: 'by-hand', urls: ['https://example.org/linux-9.9.tar.xz'] } as const;
  expect(await failureOf(fetchSource('linux', source, fetchContext()))).toMatchObject({
    reason: 'source-missing',
    details: ['address: https://example.org/linux-9.9.tar.xz'],
    hints: [expect.stringContaining('--source linux=PATH')],
  });
});
