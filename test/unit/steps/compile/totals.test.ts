// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Entry } from '../../../../src/model/store.js';
import { lastTotal, noteTotal } from '../../../../src/steps/compile/totals.js';

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'l7build-totals-'));
});
afterEach(async () => {
  await rm(cache, { recursive: true });
});

const of = (digest: string): Parameters<typeof lastTotal>[0] => ({
  cache,
  taskId: 'compile:linux',
  needs: { tree: { manifest: { digest } } as Entry },
});

test('a total is that of the same sources', async () => {
  expect(await lastTotal(of('a'))).toBeUndefined();
  await noteTotal(of('a'), 1291);
  await noteTotal(of('b'), 7);
  expect(await lastTotal(of('a'))).toBe(1291);
  expect(await lastTotal({ ...of('a'), taskId: 'compile:match' })).toBeUndefined();
});

test('a file that is no JSON, or can’t be written, does no harm', async () => {
  await writeFile(join(cache, 'objects.json'), '[torn');
  expect(await lastTotal(of('a'))).toBeUndefined();
  await rm(join(cache, 'objects.json'));
  await mkdir(join(cache, 'objects.json'));
  await expect(noteTotal({ ...of('a'), cache: join(cache, 'none') }, 3)).resolves.toBeUndefined();
});
