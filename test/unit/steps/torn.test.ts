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

const killed = (): boolean => false;

async function file(name: string, seconds: number): Promise<void> {
  await writeFile(join(build, name), name);
  await utimes(join(build, name), seconds, seconds);
}

async function interrupted(): Promise<void> {
  await expect(guardTorn(build, () => Promise.reject(new Error('killed')), killed)).rejects.toThrow(
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
  await guardTorn(build, () => Promise.resolve(), killed);
  expect(await objects()).toEqual(['sound.o', 'source.c']);
});

test('what has no command file goes only if it is about as new as the end of the killed run', async () => {
  await file('net/.last.o.cmd', 1000);
  await file('net/last.o', 999);
  await file('net/libsubcmd.a', 100);
  await file('net/torn.a', 990);
  await interrupted();
  await guardTorn(build, () => Promise.resolve(), killed);
  expect(await objects()).toEqual(['last.o', 'libsubcmd.a']);
});

test('after a make that failed by itself everything stays', async () => {
  await file('net/unusual.o', 200);
  const failed = guardTorn(
    build,
    () => Promise.reject(new Error('failed')),
    () => true,
  );
  await expect(failed).rejects.toThrow('failed');
  expect(await isUntouched(build)).toBe(false);
  await guardTorn(build, () => Promise.resolve(), killed);
  expect(await objects()).toEqual(['unusual.o']);
});

test('after a make that ended, nothing is looked at', async () => {
  await guardTorn(build, () => Promise.resolve(), killed);
  await file('net/unusual.o', 200);
  await guardTorn(build, () => Promise.resolve(), killed);
  expect(await objects()).toEqual(['unusual.o']);
});

test('a folder is untouched until make was at work in it, to the end or not', async () => {
  expect(await isUntouched(build)).toBe(true);
  await interrupted();
  expect(await isUntouched(build)).toBe(false);
  await guardTorn(build, () => writeFile(join(build, 'vmlinux'), ''), killed);
  expect(await isUntouched(build)).toBe(false);
});

test('after a killed make the kernel is linked again: its map may be torn, whatever vmlinux is', async () => {
  await file('vmlinux', 0);
  await file('.vmlinux.cmd', 1);
  await file('System.map', 2);
  await interrupted();
  await guardTorn(build, () => Promise.resolve(), killed);
  expect((await readdir(build)).sort()).not.toEqual(expect.arrayContaining(['vmlinux']));
  expect((await readdir(build)).sort()).not.toEqual(expect.arrayContaining(['System.map']));
});
