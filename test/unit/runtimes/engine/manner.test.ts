// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { mannerWords, manners } from '../../../../src/runtimes/engine/manner.js';

describe('manners to try', () => {
  const all = manners('podman', { runtimes: ['runc', 'crun'], selinux: true });

  test('begin with what is wanted, and depart from it by one thing after another', () => {
    expect(mannerWords(all[0] ?? fail())).toBe('');
    expect(all[0]).toMatchObject({ limits: 'set', labels: 'own', root: 'folder' });
    const departures = all.map((manner) => Object.values(manner).filter(isDeparture).length);
    expect(departures).toEqual(departures.toSorted((a, b) => a - b));
    expect(new Set(departures.slice(1, 7))).toEqual(new Set([1]));
  });

  test('are all different, and hold every alternative', () => {
    expect(new Set(all.map((manner) => JSON.stringify(manner))).size).toBe(3 * 2 ** 4);
  });

  test('are fewer where the host leaves no choice', () => {
    const docker = manners('docker', { runtimes: ['runc'], selinux: false });
    expect(docker).toHaveLength(4);
    expect(docker.every(({ root, runtime }) => root === 'image' && runtime === '')).toBe(true);
  });

  test('are told in words', () => {
    const last = all.find((manner) => Object.values(manner).filter(isDeparture).length === 5);
    expect(mannerWords(last ?? fail())).toMatch(
      /^--runtime \w+, low ulimits, no limits of memory and processes, SELinux labels off$/,
    );
  });
});

function isDeparture(value: string): boolean {
  return ['low', 'none', 'image', 'off', 'runc', 'crun'].includes(value);
}

function fail(): never {
  throw new Error('no such manner');
}
