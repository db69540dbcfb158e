// SPDX-License-Identifier: GPL-2.0-only
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { programVersion } from '../../../src/host/program-version.js';
import { Failed } from '../../../src/model/failure.js';

const dir = mkdtempSync(join(tmpdir(), 'l7build-version-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const program = join(dir, 'tool');
const calls = join(dir, 'calls');
function install(says: string): void {
  rmSync(program, { force: true });
  writeFileSync(program, `#!/bin/sh\necho "$*" >>${calls}\nprintf '\\n${says}\\nmore\\n'\n`);
  chmodSync(program, 0o755);
}
beforeEach(() => {
  writeFileSync(calls, '');
});

test('a program is asked once, for the first line that says something', async () => {
  install('tool 1');
  expect(await Promise.all([programVersion(program), programVersion(program)])).toEqual([
    'tool 1',
    'tool 1',
  ]);
  expect(await programVersion(program)).toBe('tool 1');
  expect(readFileSync(calls, 'utf8')).toBe('--version\n');
});

test('one that was replaced meanwhile is asked again', async () => {
  install('tool 2');
  expect(await programVersion(program)).toBe('tool 2');
  install('tool 2.1');
  expect(await programVersion(program)).toBe('tool 2.1');
});

test('one that is not there is told, and found once it is', async () => {
  rmSync(program, { force: true });
  await expect(programVersion(program)).rejects.toThrow(Failed);
  install('tool 3');
  expect(await programVersion(program)).toBe('tool 3');
});
