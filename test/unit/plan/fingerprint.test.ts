// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { Task } from '../../../src/model/task.js';
import { fingerprint, keyOf } from '../../../src/plan/fingerprint.js';

const task: Task = {
  id: 'compile:linux',
  verb: 'compile',
  title: 'compile linux',
  needs: { tree: 'unpack:linux' },
  params: { what: 'match', version: '6.1' },
  host: { gcc: '12', ld: '2.40' },
};
const key = (change: Partial<Task>, needs = { tree: 't', patch: 'p' }, resolved: string[] = []) =>
  keyOf(fingerprint({ ...task, ...change } as Task, needs, resolved));

test('a key is 64 hex digits and does not depend on the order of names', () => {
  expect(key({})).toMatch(/^[0-9a-f]{64}$/);
  expect(key({ host: { ld: '2.40', gcc: '12' } })).toBe(key({}));
  expect(key({}, { patch: 'p', tree: 't' })).toBe(key({}));
});

test.each<[string, string]>([
  ['parameters', key({ params: { what: 'iptables', configure: [], libc: 'glibc' } })],
  ['tool versions', key({ host: { gcc: '13', ld: '2.40' } })],
  ['outputs read', key({}, { tree: 't', patch: 'q' })],
  ['what a moving source stands for', key({}, { tree: 't', patch: 'p' }, ['6.1.2'])],
])('%s are part of the key', (_, changed) => {
  expect(changed).not.toBe(key({}));
});

test('words for people are not', () => {
  expect(key({ title: 'other words' })).toBe(key({}));
});
