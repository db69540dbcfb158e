// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Failed } from '../../../../src/model/failure.js';
import { byCompiler } from '../../../../src/steps/compile/configured-for.js';

const FAILED = new Failed({
  reason: 'command-failed',
  message: 'make stopped',
  hints: ['a shell'],
});

let headers: string;
beforeEach(async () => {
  headers = await mkdtemp(join(tmpdir(), 'l7build-headers-'));
  await mkdir(join(headers, 'include/config'), { recursive: true });
});
afterEach(() => rm(headers, { recursive: true }));

const configured = (line: string): Promise<void> =>
  writeFile(join(headers, 'include/config/auto.conf'), `CONFIG_A=y\n${line}\nCONFIG_B=y\n`);

/** The hints of the failure, with such a compiler. */
async function hints(gcc: string): Promise<readonly string[]> {
  const told = await byCompiler(FAILED, headers, gcc);
  return (told as Failed).failure.hints ?? [];
}

it.each([
  'CONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0"',
  'CONFIG_CC_VERSION_TEXT=gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0',
])('names both compilers where the major versions differ: %s', async (line) => {
  await configured(line);
  const [first, second] = await hints('gcc (Debian 11.3.0-12) 11.3.0');
  expect(first).toMatch(
    /^the headers were configured for gcc-12 \(Debian 12.*\) 12\.2\.0, and this is gcc \(Debian 11.*\) 11\.3\.0: /,
  );
  expect(second).toBe('a shell');
});

it('leaves a failure alone that has another cause, or headers that tell nothing', async () => {
  expect(await hints('gcc (Debian 11.3.0-12) 11.3.0')).toEqual(['a shell']);
  await configured('CONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0"');
  expect(await hints('gcc (Debian 12.3.0-1) 12.3.0')).toEqual(['a shell']);
  expect(await hints('gcc, with a first line of another form')).toEqual(['a shell']);
  const interrupted = new Failed({ reason: 'interrupted', message: 'stopped' });
  expect(await byCompiler(interrupted, headers, 'gcc 11.3.0')).toBe(interrupted);
});
