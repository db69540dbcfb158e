// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { BuilderName } from '../../../src/model/runtime.js';
import {
  helpers,
  lacking,
  missing,
  packagesFor,
  requirements,
  type Demands,
} from '../../../src/engine/preflight.js';

const MODERN: Demands = {
  mode: 'full',
  verify: true,
  builder: 'host',
  busybox: 'host',
  musl: false,
  signed: false,
};
const tool = { what: 'no-such-program-l7', package: 'some-package', why: 'does things' };
const header = { what: '/usr/include/no-such-l7.h', package: 'some-dev', why: 'declares things' };
const there = { what: 'sh', package: 'dash', why: 'runs scripts' };

test('programs and files that are not there are found out', async () => {
  expect(await missing([tool, there, header])).toEqual([tool, header]);
});

test('the failure names each thing, its package and why, and how to get it', () => {
  const { failure } = lacking([tool, header]);
  expect(failure.reason).toBe('host-lacks');
  expect(failure.details).toContain('no-such-program-l7 (package some-package): does things');
  expect(failure.hints?.join('\n')).toContain(
    'apt-get install --no-install-recommends some-dev some-package',
  );
});

test('a package is named once', () => {
  expect(packagesFor([tool, { ...tool, what: 'other' }])).toEqual(['some-package']);
});

test('module mode needs less than full mode, and QEMU only to verify', () => {
  const names = (mode: 'full' | 'module', verify: boolean): string[] =>
    packagesFor(requirements({ ...MODERN, mode, verify }));
  expect(names('full', true)).toEqual(expect.arrayContaining(['bison', 'flex', 'qemu-system-x86']));
  expect(names('module', true)).not.toContain('bison');
  expect(names('full', false)).not.toContain('qemu-system-x86');
});

test('a builder with a root needs what makes it, and no compiler of the machine', () => {
  const names = (builder: BuilderName): string[] =>
    packagesFor(requirements({ ...MODERN, verify: false, builder }));
  for (const builder of ['chroot', 'podman', 'docker', 'qemu'] as const) {
    expect(names(builder)).toContain('mmdebstrap');
    expect(names(builder)).not.toContain('bison');
  }
  expect(names('podman')).toContain('podman');
  expect(names('qemu')).toContain('qemu-system-x86');
});

test('ccache helps where the machine compiles a whole kernel, and nothing needs it', () => {
  const names = (change: Partial<Demands>): string[] =>
    packagesFor(helpers({ ...MODERN, ...change }));
  expect(names({})).toEqual(['ccache']);
  expect(names({ mode: 'module' })).toEqual([]);
  expect(names({ builder: 'chroot' })).toEqual([]);
  expect(packagesFor(requirements(MODERN))).not.toContain('ccache');
});

test('musl is asked for where something is compiled with it by the machine, and busybox where it is the guest’s', () => {
  const names = (change: Partial<Demands>): string[] =>
    packagesFor(requirements({ ...MODERN, ...change }));
  const old = { busybox: 'recipe', musl: true } as const;
  expect(names({})).toContain('busybox-static');
  expect(names({})).not.toContain('musl-tools');
  expect(names(old)).toContain('musl-tools');
  expect(names(old)).not.toContain('busybox-static');
  expect(names({ ...old, builder: 'chroot' })).not.toContain('musl-tools');
  expect(names({ ...old, builder: 'qemu' })).toContain('busybox-static');
});

test('gpgv is needed where a publisher signs', () => {
  const programs = (signed: boolean): string[] =>
    requirements({ ...MODERN, signed }).map(({ what }) => what);
  expect(programs(true)).toContain('gpgv');
  expect(programs(false)).not.toContain('gpgv');
});
