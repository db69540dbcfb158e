// SPDX-License-Identifier: GPL-2.0-only
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import { openBuilder } from '../../../src/runtimes/index.js';
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
}
