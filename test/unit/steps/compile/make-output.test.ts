// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { MakeOutput } from '../../../../src/steps/compile/make-output.js';

function read(text: string, ...known: string[]): MakeOutput {
  const output = new MakeOutput(known);
  for (const line of text.split('\n')) output.take(line);
  return output;
}

const KBUILD = `make: Entering directory '/w/src'
make[1]: Entering directory '/w/build'
  CC [M]  net/netfilter/layer7/l7_text.o
  CC [M]  net/netfilter/layer7/layer7_match.o
In file included from /w/src/include/linux/kernel.h:20,
                 from /w/src/net/netfilter/layer7/layer7_match.c:4:
/w/src/include/linux/log2.h:25:9: warning: unused variable 'x' [-Wunused-variable]
   25 |     int x;
      |         ^
/w/src/net/netfilter/layer7/layer7_match.c: In function 'match':
/w/src/net/netfilter/layer7/layer7_match.c:31:16: error: 'packet' undeclared (first use in this function)
   31 |         return packet;
      |                ^~~~~~
make[4]: *** [/w/src/scripts/Makefile.build:250: net/netfilter/layer7/layer7_match.o] Error 1
make[4]: *** Waiting for unfinished jobs....
  CC [M]  net/netfilter/layer7/layer7_name.o
make[3]: *** [/w/src/scripts/Makefile.build:503: net/netfilter/layer7] Error 2
make[1]: *** [/w/src/Makefile:2039: .] Error 2
make[1]: Leaving directory '/w/build'
make: *** [Makefile:238: __sub-make] Error 2`;

test('of a failed kbuild the error stays, with its place, and not what follows from it', () => {
  const output = read(KBUILD, '/w/build/', '/w/src/');
  expect(output.errors).toEqual([
    "net/netfilter/layer7/layer7_match.c: In function 'match':",
    "net/netfilter/layer7/layer7_match.c:31:16: error: 'packet' undeclared (first use in this function)",
    '   31 |         return packet;',
    '      |                ^~~~~~',
  ]);
  expect(output.stop).toEqual({ target: 'net/netfilter/layer7/layer7_match.o' });
  expect(output.objects).toBe(3);
  expect([...output.warnings]).toEqual([
    "include/linux/log2.h:25:9: warning: unused variable 'x' [-Wunused-variable]",
  ]);
});

test('a warning that a header gives many times is one', () => {
  const line = "include/x.h:1:2: warning: 'y' is old";
  const output = read([line, line, "x.c:7:1: warning: 'y' is old", line].join('\n'));
  expect(output.warnings.size).toBe(2);
});

test('the folder of the make that stopped is the innermost that was entered', () => {
  const output = read(`make[1]: Entering directory '/b'
make[2]: Entering directory '/b/extensions'
libxt_layer7.c:4:8: fatal error: such.h: No such file or directory
make[2]: *** [GNUmakefile:107: libxt_layer7.oo] Error 1
make[1]: *** [Makefile:521: all-recursive] Error 1`);
  expect(output.stop).toEqual({ target: 'libxt_layer7.oo', folder: '/b/extensions' });
  expect(output.errors).toHaveLength(1);
});

test.each([
  "ld: main.o: in function `main':\nmain.c:(.text+0x5): undefined reference to `l7_find'",
  'ERROR: modpost: "l7_find" [net/netfilter/layer7/xt_layer7.ko] undefined!',
  "make[2]: *** No rule to make target 'net/x.o', needed by 'net/built-in.a'.  Stop.",
  '/bin/sh: 1: flex: not found',
])('what linkers, modpost, make and sh complain of is an error: %s', (text) => {
  expect(read(text).errors.at(-1)).toBe(text.split('\n').at(-1));
});

test.each([
  ['make: *** [Makefile:7: a.o] Killed', 'a.o'],
  ['make[1]: *** [a.o] Error 1', 'a.o'],
  ["make: *** No rule to make target 'a.o'.  Stop.", undefined],
  ['make: *** Waiting for unfinished jobs....', undefined],
])('%s', (line, target) => {
  expect(read(line).stop?.target).toBe(target);
});

test('a flood of errors is cut after its beginning', () => {
  const output = read(
    Array.from({ length: 99 }, (_, at) => `x.c:${String(at)}: error: e`).join('\n'),
  );
  expect(output.errors).toHaveLength(24);
  expect(output.errors[0]).toBe('x.c:0: error: e');
});
