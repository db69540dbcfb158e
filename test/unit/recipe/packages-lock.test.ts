// SPDX-License-Identifier: GPL-2.0-only
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LockedDeb } from '../../../src/model/source.js';
import { changeLines, lockChanges } from '../../../src/recipe/lock-changes.js';
import { lockText, parseLock } from '../../../src/recipe/packages-lock.js';

const SNAPSHOT = '20260102T030405Z';

function deb(name: string, version: string, change: Partial<LockedDeb> = {}): LockedDeb {
  const path = `pool/main/${name}_${version.replace(/^\d+:/, '')}_amd64.deb`;
  return { name, version, archive: 'main', path, size: 7, sha256: 'a'.repeat(64), ...change };
}

const line = (text: string): string => `snapshot ${SNAPSHOT}\n${text}\n`;
const messages = (text: string, wanted: readonly string[] = []): string[] =>
  parseLock(text, 'packages.lock', wanted).faults.map(
    (fault) => `${String(fault.line)}: ${fault.message}`,
  );

describe('packages.lock', () => {
  it('is read as it is written', () => {
    const debs = [
      deb('gcc-12', '12.2.0-14+deb12u1'),
      deb('libstdc++6', '1:12~rc1-2', { archive: 'security', path: 'pool/updates/main/l/l.deb' }),
    ];
    const source = { kind: 'debs', snapshot: SNAPSHOT, debs } as const;
    expect(parseLock(lockText(source), 'f', ['gcc-12'])).toEqual({ source, faults: [] });
  });

  it.each([
    ['no time', lockText({ kind: 'debs', snapshot: 'x', debs: [deb('a1', '1')] })],
    ['a path that leads out', line(`main 7 ${'a'.repeat(64)} a1 1 pool/../../etc/a.deb`)],
    ['an absolute path', line(`main 7 ${'a'.repeat(64)} a1 1 /pool/a.deb`)],
    ['an address', line(`main 7 ${'a'.repeat(64)} a1 1 http://host/pool/a.deb`)],
    ['another archive', line(`other 7 ${'a'.repeat(64)} a1 1 pool/a.deb`)],
    ['a short digest', line(`main 7 ${'a'.repeat(63)} a1 1 pool/a.deb`)],
    ['an option for a name', line(`main 7 ${'a'.repeat(64)} -o1 1 pool/a.deb`)],
  ])('with %s is complained of', (_, text) => {
    expect(messages(text)).not.toEqual([]);
  });

  it('may name a package once, and has to have those of the recipe', () => {
    const twice = lockText({
      kind: 'debs',
      snapshot: SNAPSHOT,
      debs: [deb('a1', '1'), deb('a1', '2')],
    });
    expect(messages(twice, ['a1', 'b2'])).toEqual([
      '5: a1 stands twice',
      '1: it lacks packages of the recipe: b2',
    ]);
  });

  it('of any content is read or complained of, and no complaint drives a terminal', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { faults, source } = parseLock(text, 'f', []);
        expect(faults.length > 0 || source.snapshot !== '').toBe(true);
        for (const { quote = '' } of faults) expect(quote).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe('changes between locks', () => {
  const before = [deb('a1', '1'), deb('b1', '1'), deb('c1', '1'), deb('d1', '1')];
  const after = [
    deb('a1', '1'),
    deb('b1', '2', { sha256: 'b'.repeat(64), archive: 'security' }),
    deb('c1', '1', { sha256: 'c'.repeat(64) }),
    deb('e1', '9'),
  ];

  it('are told by name, with both versions', () => {
    expect(changeLines(lockChanges(before, after))).toEqual([
      '+ e1 9',
      '- d1 1',
      '~ b1 1 -> 2 (security)',
      '~ c1 1, other content',
    ]);
  });

  it('are none between a lock and itself', () => {
    expect(changeLines(lockChanges(before, before))).toEqual([]);
  });
});
