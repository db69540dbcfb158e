// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import type { Plan } from '../../../src/model/task.js';
import { labPlan } from '../../../src/plan/lab.js';
import { makePlan } from '../../../src/plan/plan.js';
import { busybox, iptables, linux, planInput, toolchain } from './input.js';

const ids = (plan: Plan): string[] => plan.tasks.map((task) => task.id);

function failureOf(act: () => unknown): Failed {
  try {
    act();
  } catch (error) {
    if (error instanceof Failed) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('every task comes after those it needs', () => {
  for (const mode of ['full', 'module'] as const) {
    const seen = new Set<string>();
    for (const task of makePlan(planInput({ mode })).tasks) {
      for (const need of Object.values(task.needs)) expect(seen, task.id).toContain(need);
      seen.add(task.id);
    }
  }
});

test('full mode builds the kernel from its patched tree', () => {
  expect(ids(makePlan(planInput()))).toEqual([
    'fetch:linux',
    'unpack:linux',
    'patch:linux',
    'configure:linux',
    'compile:linux',
    'fetch:iptables',
    'unpack:iptables',
    'patch:iptables',
    'compile:iptables',
    'package:modules',
    'package:headers',
    'package:iptables',
    'package:l7-protocols',
    'image:initramfs',
    'verify',
  ]);
});

test("module mode compiles the match alone and boots the distribution's kernel", () => {
  const plan = makePlan(planInput({ mode: 'module' }));
  expect(ids(plan)).toContain('compile:match');
  expect(ids(plan)).not.toContain('compile:linux');
  expect(plan.tasks.find((task) => task.id === 'verify')?.needs).toMatchObject({
    match: 'compile:match',
    kernel: 'unpack:kernel',
  });
});

test('a recipe without a module mode says so', () => {
  const { module: _, ...without } = linux;
  const { failure } = failureOf(() => makePlan(planInput({ linux: without, mode: 'module' })));
  expect(failure.reason).toBe('not-applicable');
});

test('--no-verify stops at the image', () => {
  expect(ids(makePlan(planInput({ verify: false }))).at(-1)).toBe('image:initramfs');
});

test('a local source takes the place of the recipe’s', () => {
  const plan = makePlan(planInput({ overrides: { linux: { kind: 'local', path: '/src/linux' } } }));
  expect(plan.tasks[0]?.params).toMatchObject({ source: { kind: 'local', path: '/src/linux' } });
});

test('a source that this run does not have is refused, and those it has are named', () => {
  const overrides = { headers: { kind: 'local', path: '/x' } } as const;
  const { failure } = failureOf(() => makePlan(planInput({ overrides })));
  expect(failure.reason).toBe('usage');
  expect(failure.hints?.join()).toContain('linux, iptables');
});

test("a guest's own busybox is compiled by the builder and goes into the image", () => {
  const { tasks } = makePlan(planInput({ busybox, toolchain, inVm: true }));
  const own = tasks.filter(({ id }) => id.endsWith(':busybox'));
  expect(own.map(({ id }) => id)).toEqual(['fetch:busybox', 'unpack:busybox', 'compile:busybox']);
  expect(own.at(-1)).toMatchObject({
    needs: { tree: 'unpack:busybox', toolchain: 'toolchain' },
    tools: { vm: 'unpack:vm' },
    params: { what: 'busybox', config: busybox.config },
    host: { gcc: 'gcc 12', musl: '1.2.3' },
  });
  const image = tasks.find(({ id }) => id === 'image:initramfs');
  expect(image?.needs).toMatchObject({ busybox: 'compile:busybox' });
  const overrides = { busybox: { kind: 'local', path: '/src/busybox' } } as const;
  expect(makePlan(planInput({ busybox, overrides })).tasks).toContainEqual(
    expect.objectContaining({
      id: 'fetch:busybox',
      params: { name: 'busybox', source: overrides.busybox },
    }),
  );
});

test('what is compiled with musl depends on the machine’s musl, and nothing else does', () => {
  const hostOf = (libc: 'glibc' | 'musl'): unknown =>
    makePlan(planInput({ iptables: { ...iptables, libc } })).tasks.find(
      ({ id }) => id === 'compile:iptables',
    )?.host;
  expect(hostOf('glibc')).toEqual({ gcc: 'gcc 12' });
  expect(hostOf('musl')).toEqual({ gcc: 'gcc 12', musl: '1.2.3' });
});

test('the same input gives the same plan', () => {
  expect(makePlan(planInput())).toEqual(makePlan(planInput()));
});

test('a builder with a root makes it first, and whatever compiles in it needs it', () => {
  const { tasks } = makePlan(planInput({ toolchain, mode: 'full' }));
  expect(tasks.slice(0, 2).map(({ id }) => id)).toEqual(['fetch:toolchain', 'toolchain']);
  const using = tasks.filter(({ needs }) => needs['toolchain'] === 'toolchain');
  expect(using.map(({ id }) => id)).toEqual([
    'configure:linux',
    'compile:linux',
    'compile:iptables',
    'image:initramfs',
  ]);
});

test('the kernel of a builder in a virtual machine is a tool: no key knows of it', () => {
  for (const mode of ['full', 'module'] as const) {
    const { tasks } = makePlan(planInput({ toolchain, inVm: true, mode }));
    const compiling = tasks.filter(({ verb }) => verb === 'compile' || verb === 'configure');
    for (const task of compiling) expect(task.tools, task.id).toEqual({ vm: 'unpack:vm' });
    expect(tasks.flatMap(({ needs }) => Object.values(needs))).not.toContain('unpack:vm');
  }
});

test('a match and definitions that others publish are fetched once, for all that reads them', () => {
  const source = {
    kind: 'http',
    urls: ['https://example.org/x.tgz'],
    sha256: 'b'.repeat(64),
  } as const;
  const about = { summary: 's', file: { path: 'r', sha256: '' } };
  const patch = { source: 'layer7', path: 'kernel.patch' };
  const layer7 = {
    ...about,
    kind: 'layer7',
    name: 'theirs-1',
    layer7: { source, unpack: {} },
    linux: [{ name: 'theirs-1', patches: [patch], overlays: [] }],
    iptables: [{ name: 'theirs-1', patches: [], overlays: [] }],
  } as const;
  const ours = { name: 'ours', patches: [], overlays: [] };
  const fetchedDefinitions = {
    ...about,
    kind: 'definitions',
    name: 'set-1',
    protocols: { source, unpack: {} },
  } as const;
  const plan = makePlan(
    planInput({
      linux: { ...linux, layer7 },
      iptables: { ...iptables, series: [ours], layer7 },
      fetchedDefinitions,
      overrides: { layer7: { kind: 'local', path: '/theirs' } },
    }),
  );
  expect(ids(plan).filter((id) => /:(layer7|protocols)$/.test(id))).toEqual([
    'fetch:layer7',
    'unpack:layer7',
    'fetch:protocols',
    'unpack:protocols',
  ]);
  const task = (id: string) => plan.tasks.find((each) => each.id === id);
  expect(task('fetch:layer7')?.params).toMatchObject({ source: { kind: 'local' } });
  expect(task('patch:linux')?.needs).toEqual({ tree: 'unpack:linux', layer7: 'unpack:layer7' });
  expect(task('patch:linux')?.params).toMatchObject({
    series: [{ name: 'layer7' }, { name: 'theirs-1', patches: [patch] }],
  });
  expect(task('patch:iptables')?.needs).toMatchObject({ layer7: 'unpack:layer7' });
  expect(task('patch:iptables')?.params).toMatchObject({
    series: [{ name: 'theirs-1' }, { name: 'ours' }],
  });
  for (const id of ['package:l7-protocols', 'image:initramfs']) {
    expect(task(id)?.needs).toMatchObject({ protocols: 'unpack:protocols' });
  }
});

test.each([
  ['full', { linux: 'compile:linux', image: 'image:lab' }],
  ['module', { kernel: 'unpack:kernel', image: 'image:lab' }],
] as const)("a lab's hosts boot what a build in %s mode yields", (mode, needs) => {
  const built = makePlan(planInput({ mode, verify: false }));
  const lab = labPlan(built, []);
  expect(lab.needs).toEqual(needs);
  expect(lab.plan.tasks.slice(0, -1)).toEqual(built.tasks);
  const initramfs = built.tasks.find(({ verb }) => verb === 'image');
  const image = lab.plan.tasks.at(-1);
  expect(image?.needs).toEqual(initramfs?.needs);
  expect(image?.params).toEqual({ ...initramfs?.params, networked: true });
});
