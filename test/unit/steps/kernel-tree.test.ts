// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import { checkKernelTree } from '../../../src/steps/kernel-tree.js';

const tree = mkdtempSync(join(tmpdir(), 'l7build-kernel-tree-'));
afterAll(() => {
  rmSync(tree, { recursive: true });
});

async function refusal(makefile: string, version: string): Promise<string | undefined> {
  writeFileSync(join(tree, 'Makefile'), makefile);
  try {
    await checkKernelTree(tree, version);
    return undefined;
  } catch (error) {
    return error instanceof Failed ? error.failure.reason : String(error);
  }
}

const OLD = 'VERSION = 2\nPATCHLEVEL = 6\nSUBLEVEL = 32\nEXTRAVERSION = ';

test.each([
  [`${OLD}.70\nNAME = Man-Eating Seals\n`, '2.6.32', undefined],
  [`${OLD}.70\n`, '2.6.32.70', undefined],
  [`${OLD}\n`, '2.6.32.0', undefined],
  [`${OLD}\n`, '2.6.32', undefined],
  ['VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\nEXTRAVERSION =\n', '6.1', undefined],
  ['VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\nEXTRAVERSION = -rc1\n', '6.1', undefined],
  [`${OLD}.70\n`, '2.6.32.71', 'not-applicable'],
  [`${OLD}.70\n`, '2.6.33', 'not-applicable'],
  [`${OLD}.70\n`, '2.6.3', 'not-applicable'],
  ['VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\n', '6.1', 'not-applicable'],
  ['all:\n\techo VERSION = 6\n', '6.1', 'usage'],
  ['', '6.1', 'usage'],
])('%j for Linux %s: %s', async (makefile, version, reason) => {
  expect(await refusal(makefile, version)).toBe(reason);
});
