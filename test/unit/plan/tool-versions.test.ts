// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import type { Series } from '../../../src/model/recipe.js';
import { neededSeries } from '../../../src/plan/needed-series.js';
import { makePlan } from '../../../src/plan/plan.js';
import { versionsOfPackages, versionsOfPrograms } from '../../../src/plan/tool-versions.js';
import { linux, planInput, toolchain } from './input.js';

test('versions are found in what programs say of themselves', () => {
  expect(
    versionsOfPrograms({
      gcc: 'gcc (Debian 12.2.0-14+deb12u1) 12.2.0',
      ld: 'GNU ld (GNU Binutils for Debian) 2.40',
      make: 'GNU Make 4.3',
      perl: 'This is perl 5, version 36, subversion 0 (v5.36.0) built for x86_64-linux-gnu',
      bison: 'bison (GNU Bison) 3.8.2',
    }),
  ).toEqual({ gcc: '12.2.0', binutils: '2.40', make: '4.3', perl: '5.36.0' });
  expect(versionsOfPrograms({})).toEqual({});
});

test('and in the packages of a root', () => {
  const deb = (name: string, version: string) =>
    ({ name, version, archive: 'main', path: '', size: 1, sha256: '' }) as const;
  const lock = {
    ...toolchain.lock,
    debs: [deb('gcc-12', '12.2.0-14'), deb('gcc', '4:12.2.0-3'), deb('perl', '5.36.0-7+deb12u3')],
  };
  expect(versionsOfPackages({ compiler: 'gcc-12', lock })).toEqual({
    gcc: '12.2.0',
    perl: '5.36.0',
  });
});

describe('a patch that answers to a tool', () => {
  const series = (from: string): Series[] => [
    {
      name: 's',
      patches: [{ path: 'p', sha256: '', neededWith: { tool: 'binutils', from } }],
      overlays: [],
    },
  ];
  test.each([
    ['2.31', '2.40', true],
    ['2.31', '2.31', true],
    ['2.31', '2.31.1', true],
    ['2.31', '2.4', false],
    ['2.31', '2', false],
    ['5', '12.2.0', true],
  ])('for %s and later is needed with %s: %s', (from, found, needed) => {
    const [one] = neededSeries(series(from), { binutils: found });
    expect(one?.patches[0]).toEqual(
      needed
        ? series(from)[0]?.patches[0]
        : expect.objectContaining({
            notNeeded: `it is for binutils ${from} and later, and this is ${found}`,
          }),
    );
  });

  test('is needed with one of which nothing is known', () => {
    expect(neededSeries(series('5'), {})).toEqual(series('5'));
  });
});

describe('a kernel of an era that builds with some compilers only', () => {
  const old = {
    ...linux,
    era: { ...linux.era, compiler: { flags: ['-std=gnu89'], oldest: 9, newest: 12 } },
  };
  test.each(['8.3.0', '13.1.0'])('is refused with gcc %s before anything starts', (gcc) => {
    let failure;
    try {
      makePlan(planInput({ linux: old, tools: { gcc } }));
    } catch (error) {
      failure = error instanceof Failed ? error.failure : undefined;
    }
    expect(failure).toMatchObject({
      reason: 'not-applicable',
      message: `linux 6.1 does not build with gcc ${gcc}: gcc 9 to 12 do`,
    });
  });

  test('is planned with the others', () => {
    expect(makePlan(planInput({ linux: old, tools: { gcc: '12.2.0' } })).tasks).not.toEqual([]);
  });
});
