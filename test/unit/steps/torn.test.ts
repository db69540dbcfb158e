// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { guardTorn, isUntouched } from '../../../src/steps/compile/torn.js';

let build: string;

beforeEach(async () => {
  build = await mkdtemp(join(tmpdir(), 'l7build-torn-'));
  await mkdir(join(build, 'net'));
});

afterEach(async () => {
  await rm(build, { recursive: true });
});

async function file(name: string, seconds: number): Promise<void> {
  await writeFile(join(build, name), name);
  await utimes(join(build, name), seconds, seconds);
}

async function interrupted(): Promise<void> {
  await expect(guardTorn(build, () => Promise.reject(new Error('killed')))).rejects.toThrow(
    'killed',
  );
}

async function objects(): Promise<string[]> {
  return (await readdir(join(build, 'net'))).filter((name) => !name.startsWith('.')).sort();
}

test('after a killed make, objects newer than their command file go; the others stay', async () => {
  await file('net/sound.o', 100);
  await file('net/.sound.o.cmd', 101);
  await file('net/torn.o', 200);
  await file('net/.torn.o.cmd', 50);
  await file('net/first-time.o', 200);
  await file('net/source.c', 200);
  await interrupted();
  await guardTorn(build, () => Promise.resolve());
  expect(await objects()).toEqual(['sound.o', 'source.c']);
});

test('after a make that ended, nothing is looked at', async () => {
  await guardTorn(build, () => Promise.resolve());
  await file('net/unusual.o', 200);
  await guardTorn(build, () => Promise.resolve());
  expect(await objects()).toEqual(['unusual.o']);
});

test('a folder is untouched until make was at work in it, to the end or not', async () => {
  expect(await isUntouched(build)).toBe(true);
  await interrupted();
  expect(await isUntouched(build)).toBe(false);
  await guardTorn(build, () => writeFile(join(build, 'vmlinux'), ''));
  expect(await isUntouched(build)).toBe(false);
});
