// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const fuzz = fileURLToPath(new URL('../../../fuzz', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'l7fuzz-'));

beforeAll(() => {
  execFileSync('make', ['-s', '-C', fuzz, 'REPLAY=1', `OUT=${directory}`]);
}, 120_000);
afterAll(() => {
  rmSync(directory, { recursive: true });
});

test.each(['pattern', 'set', 'frame'])('what fuzzing %s has kept stops it no more', (target) => {
  const corpus = join(directory, `${target}-corpus`);
  const kept = join(fuzz, 'corpus', `${target}.hex`);
  execFileSync(process.execPath, [join(fuzz, 'corpus.mjs'), 'unpack', kept, corpus]);
  const inputs = readdirSync(corpus).map((name) => join(corpus, name));
  const told = execFileSync(join(directory, target), inputs, { encoding: 'utf8' });
  expect(told).toBe(`${String(inputs.length)} inputs\n`);
  expect(inputs.length).toBeGreaterThan(20);
});
