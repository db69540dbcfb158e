// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { digestRead } from '../../../src/engine/reads.js';
import type { Manifest } from '../../../src/model/store.js';
import type { Task } from '../../../src/model/task.js';

const configure = { verb: 'configure' } as Task;
const compile = { verb: 'compile' } as Task;

const LISTED = [
  'overlay/net/Kconfig',
  'overlay/net/layer7/dfa.c',
  'overlay/scripts/x.c',
  'removed.json',
];

/** A patch's output of these files, one of them with another content. */
function output(edited?: string): Pick<Manifest, 'digest' | 'files'> {
  const files = [...LISTED, 'layer7.patch', 'ledger.json'].map((path) => ({
    path,
    size: 1,
    sha256: path === edited ? 'b' : 'a',
  }));
  return { digest: `whole, ${edited ?? 'as it was'}`, files };
}

it.each([
  ['overlay/net/Kconfig', true],
  ['overlay/scripts/x.c', true],
  ['removed.json', true],
  ['overlay/net/layer7/dfa.c', false],
  ['layer7.patch', false],
  ['ledger.json', false],
])('an edit of %s lets the configuration be resolved again: %s', (edited, again) => {
  const was = digestRead(configure, 'patch', output());
  expect(digestRead(configure, 'patch', output(edited)) !== was).toBe(again);
});

it('every other step, and the tree, count as a whole', () => {
  expect(digestRead(compile, 'patch', output())).toBe('whole, as it was');
  expect(digestRead(configure, 'tree', output())).toBe('whole, as it was');
});
