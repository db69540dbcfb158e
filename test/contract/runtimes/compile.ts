// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import { findProgram } from '../../../src/host/tools.js';
import { openBuilder } from '../../../src/runtimes/index.js';
import { ccacheEnv, countsIn } from '../../../src/steps/compile/ccache.js';
import { Bench } from './bench.js';
import { STORE } from './workshop.js';

const SOURCE = `#include <stdio.h>
#include <math.h>
static double table[64];
int main(int argc, char **argv)
{
	for (int i = 0; i < 64; i++)
		table[i] = sqrt(i * argc) + (__LINE__ & 7);
	printf("%s %s %f\\n", argv[0], __FILE__, table[argc]);
	return 0;
}
`;
const MAKEFILE = `CFLAGS = -O2 -g -Wall -ffile-prefix-map=$(CURDIR)=.
all: prog.o
	$(CC) -Wl,--build-id=sha1 -o prog prog.o -lm
`;

async function compiled(bench: Bench): Promise<string> {
  await writeFile(join(bench.work, 'prog.c'), SOURCE);
  await writeFile(join(bench.work, 'Makefile'), MAKEFILE);
  await bench.run('make --quiet && ./prog > said && test -s said', {
    env: { SOURCE_DATE_EPOCH: '1700000000' },
  });
  return sha256(await readFile(join(bench.work, 'prog')));
}

/** What a builder compiles does not tell which one it was. */
export function compileTests(bench: () => Bench): void {
  test('compiles the same program to the same bytes as the builder chroot', async (context) => {
    const chroot = await openBuilder('chroot', { cache: STORE }).catch(() => undefined);
    if (chroot === undefined) {
      context.skip('bubblewrap does not work here');
      return;
    }
    const other = await Bench.open(chroot);
    try {
      if (other.runtime.toolchain['gcc'] !== bench().runtime.toolchain['gcc']) {
        context.skip('the machine has another compiler');
      }
      expect(await compiled(bench())).toBe(await compiled(other));
    } finally {
      await other.close();
    }
    // The first to come makes the toolchain's root.
  }, 300_000);

  test('ccache before the compiler has the second time what was compiled the first', async (context) => {
    const { builder, root, work } = bench();
    const without = builder.name === 'host' && findProgram('ccache') === undefined;
    if (without || builder.name === 'qemu') context.skip('there is no ccache');
    const [kept, programs] = [join(root, 'kept'), join(work, 'programs')];
    for (const folder of [kept, programs]) await mkdir(folder);
    await symlink('/usr/bin/ccache', join(programs, 'gcc'));
    await writeFile(join(work, 'kept.c'), SOURCE);
    const change = { env: ccacheEnv(kept), writable: [work, kept], programs };
    const digests: string[] = [];
    for (let time = 0; time < 2; time++) {
      await bench().run('rm -f kept.o && gcc -O2 -g -c kept.c', change);
      digests.push(sha256(await readFile(join(work, 'kept.o'))));
    }
    const lines: string[] = [];
    await bench().run('ccache --print-stats', { ...change, onLine: (line) => lines.push(line) });
    expect(countsIn(lines)).toEqual({ hits: 1, misses: 1 });
    expect(digests[1]).toBe(digests[0]);
  });
}
