// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Era } from '../../../src/model/recipe.js';
import { kbuildEnv, kbuildMake, objectOf } from '../../../src/steps/kbuild.js';

const MODERN: Era = { name: 'modern', panicNow: '-1', userland: 'host' };

test('the build is dated by its sources, not by the clock', async () => {
  const src = await mkdtemp(join(tmpdir(), 'l7build-kbuild-'));
  await writeFile(join(src, 'Makefile'), '');
  await utimes(join(src, 'Makefile'), 1_700_000_000, 1_700_000_000);
  expect(await kbuildEnv(src)).toMatchObject({
    SOURCE_DATE_EPOCH: '1700000000',
    KBUILD_BUILD_TIMESTAMP: '@1700000000',
    KBUILD_BUILD_USER: 'l7build',
  });
  await rm(src, { recursive: true });
});

test('a pahole that happens to be installed has no say in the configuration', () => {
  expect(kbuildMake({ src: '/s', build: '/b', arch: 'x86_64', era: MODERN }, 'bzImage')).toEqual([
    'make',
    ...['-C', '/s', 'O=/b', 'ARCH=x86_64', 'PAHOLE=no-pahole', 'bzImage'],
  ]);
});

test('what every call of the compiler needs is part of its name', () => {
  const era: Era = {
    ...MODERN,
    compiler: { flags: ['-std=gnu89', '-fmap=@src@/='], oldest: 9, newest: 12 },
  };
  const argv = kbuildMake({ src: '/s', build: '/b', arch: 'x86_64', era });
  expect(argv).toContain('CC=gcc -std=gnu89 -fmap=/s/=');
});

test.each([
  ['  CC      init/main.o', 'init/main.o'],
  ['  CC [M]  net/netfilter/x_tables.o', 'net/netfilter/x_tables.o'],
  ['  AS      arch/x86/entry/entry.o', 'arch/x86/entry/entry.o'],
])('%s tells of an object', (line, object) => {
  expect(objectOf(line)).toBe(object);
});

test.each([
  'make: Entering directory /x',
  '  GEN     Makefile',
  '  AR      built-in.a',
  'x.c:1: error: CC',
])('%s does not', (line) => {
  expect(objectOf(line)).toBeUndefined();
});
