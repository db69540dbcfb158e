// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { shortened } from '../../../../src/steps/compile/failed-make.js';

test('of a compiler’s command line the program, the optimisation, source and object stay', () => {
  const command =
    'gcc -Wp,-MMD,net/.x.o.d -nostdinc -I/s/include -include /s/include/linux/kconfig.h -D__KERNEL__ ' +
    '-Wall -O2 -fno-strict-aliasing -DMODULE -c -o net/x.o /s/net/x.c  ; ./tools/objtool/objtool net/x.o';
  expect(shortened(command)).toBe('gcc … -O2 … -c -o net/x.o /s/net/x.c');
});

test('a command without such options stays as it is', () => {
  expect(shortened('ld -o a b.o c.o')).toBe('ld -o a b.o c.o');
});
