// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import { Failed } from '../../../src/model/failure.js';
import { readSeriesFile } from '../../../src/series/series-file.js';
import { HOOK, LAYER7_LINE, Workshop } from './workshop.js';

const MAKEFILE = 'net/netfilter/Makefile';

let shop: Workshop;
let source: string;
beforeEach(() => {
  shop = new Workshop();
  source = join(shop.root, 'layer7');
  mkdirSync(join(source, 'extension'), { recursive: true });
  writeFileSync(join(source, 'kernel.patch'), HOOK);
  writeFileSync(join(source, 'extension/libxt_layer7.c'), 'int x;\n');
});
afterEach(() => {
  shop.remove();
});

const places = () => ({ project: shop.project, sources: { layer7: source } });
const failureOf = (path: string) =>
  readSeriesFile({ source: 'layer7', path }, places()).then(
    () => undefined,
    (error: unknown) => (error instanceof Failed ? error.failure : undefined),
  );

test('a patch and whole files of a source go on like those of the project', async () => {
  const { ledger, draft } = await shop.apply(
    [
      { name: 'p', patches: [{ source: 'layer7', path: 'kernel.patch' }], overlays: [] },
      {
        name: 'f',
        patches: [],
        overlays: [
          {
            from: 'extension',
            to: 'net',
            files: [{ source: 'layer7', path: 'extension/libxt_layer7.c' }],
          },
        ],
      },
    ],
    0,
    { layer7: source },
  );
  expect(ledger).toMatchObject([
    { patch: 'layer7:kernel.patch', sha256: sha256(HOOK), outcome: 'clean' },
    { patch: 'layer7:extension/libxt_layer7.c', outcome: 'clean', files: ['net/libxt_layer7.c'] },
  ]);
  expect(await draft.read(MAKEFILE)).toContain(LAYER7_LINE);
  expect(await draft.read('net/libxt_layer7.c')).toBe('int x;\n');
});

test('a file that the source does not have is named, with those that it has', async () => {
  expect(await failureOf('other.patch')).toMatchObject({
    reason: 'source-missing',
    message: 'the source layer7 has no other.patch',
    details: ['it has: extension, kernel.patch'],
  });
});

test('a link that leads out of the source is none of its files', async () => {
  writeFileSync(join(shop.root, 'secret'), 'mine');
  symlinkSync('../secret', join(source, 'out.patch'));
  expect(await failureOf('out.patch')).toMatchObject({ reason: 'source-missing' });
});

test('a patch that the tools make needless is left out, and the ledger says why', async () => {
  const file = { ...shop.file('p/hook.patch', HOOK), notNeeded: 'it is for gcc 5 and later' };
  const { ledger, draft } = await shop.apply(shop.series([file]));
  expect(ledger).toMatchObject([
    { patch: 'p/hook.patch', outcome: 'not-needed', why: 'it is for gcc 5 and later', files: [] },
  ]);
  expect(await draft.read(MAKEFILE)).not.toContain(LAYER7_LINE);
});
