// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { estimateObjects } from '../../../../src/steps/compile/estimate.js';

let src: string;
let empty: number;

beforeEach(async () => {
  src = await mkdtemp(join(tmpdir(), 'l7build-estimate-'));
  empty = await estimateObjects(src, '', 'x86');
});
afterEach(async () => {
  await rm(src, { recursive: true });
});

/** How many objects a tree of these makefiles has beyond those of every kernel. */
async function count(files: Readonly<Record<string, string>>, config = ''): Promise<number> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(src, path)), { recursive: true });
    await writeFile(join(src, path), text);
  }
  return (await estimateObjects(src, config, 'x86')) - empty;
}

/** A tree with one folder. */
const one = (makefile: string): Record<string, string> => ({
  Kbuild: 'obj-y += net/\n',
  'net/Makefile': makefile,
});

test('folders and objects follow the configuration', async () => {
  const files = {
    Kbuild: 'obj-y += kernel/\nobj-$(CONFIG_NET) += net/\nobj-y += arch/$(SRCARCH)/\n',
    'arch/x86/Kbuild': 'obj-y += lib/\n',
    'arch/x86/lib/Makefile': 'lib-y := a.o b_$(BITS).o\n',
    'arch/x86/Makefile': 'ifeq ($(CONFIG_X86_32),y)\nBITS := 32\nelse\nBITS := 64\nendif\n',
    'kernel/Makefile': 'obj-y = a.o \\\n\tb.o\nobj-$(CONFIG_C) += c.o # and not d.o\n',
    'net/Makefile': 'obj-y += a.o\n',
  };
  expect(await count(files)).toBe(4);
  expect(await count(files, 'CONFIG_NET=y\n# CONFIG_C is not set\n')).toBe(5);
  expect(await count(files, 'CONFIG_NET=y\nCONFIG_C=y\n')).toBe(6);
});

test('kernels before 6.1 name their folders in the top Makefile', async () => {
  const files = {
    Makefile: 'core-y := kernel/\nlibs-y := lib/\ncore-$(CONFIG_BLOCK) += block/\n',
    'kernel/Makefile': 'obj-y := a.o\n',
    'lib/Makefile': 'lib-y := a.o\n',
    'block/Makefile': 'obj-y := a.o b.o\n',
  };
  expect(await count(files, 'CONFIG_BLOCK=y\n')).toBe(4);
});

test('an object that is linked of others counts as those, and a module has one more', async () => {
  const makefile =
    'obj-m += xt_a.o xt_b.o\nxt_a-y := main.o text.o\nxt_a-$(CONFIG_PROC) += proc.o\nxt_b-objs := b.o\n';
  expect(await count(one(makefile), 'CONFIG_PROC=y\n')).toBe(4 + 2);
});

test('conditionals nest, and their branches exclude each other', async () => {
  const makefile = `ifdef CONFIG_A
obj-y += a1.o a2.o
ifneq ($(CONFIG_B),y)
obj-y += not-b.o
else ifeq ($(CONFIG_C),y)
obj-y += b-and-c.o
else
obj-y += b1.o b2.o b3.o
endif
else
obj-y += x1.o x2.o x3.o x4.o x5.o
endif
`;
  expect(await count(one(makefile), 'CONFIG_A=y\n')).toBe(3);
  expect(await count(one(makefile), 'CONFIG_A=y\nCONFIG_B=y\n')).toBe(5);
  expect(await count(one(makefile), 'CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\n')).toBe(3);
  expect(await count(one(makefile), '')).toBe(5);
});

test('subst and addprefix are known, and nothing is run', async () => {
  const makefile = `parts := x.o y.o
obj-$(subst m,y,$(CONFIG_HYPERV)) += hv.o
obj-y += $(addprefix sub-,$(parts)) $(shell touch ${join(src, 'ran')})
`;
  expect(await count(one(makefile), 'CONFIG_HYPERV=m\n')).toBe(3);
  expect(await readdir(src)).not.toContain('ran');
});

test('makefiles that lead in circles, grow or point outside come to an end', async () => {
  const big = `a := xxxxxxxxxx\n${Array.from({ length: 40 }, () => 'a := $(a)$(a)\n').join('')}`;
  const makefile = `${big}obj-y += ../net/ a.o $(a).o\na-y := b.o\nb-y := a.o\n`;
  expect(await count(one(makefile))).toBeLessThan(5);
});
