// SPDX-License-Identifier: GPL-2.0-only
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leadsOut, memberPath, relocatedTarget, type Node } from '../../../src/host/members.js';
import { TreeWriter } from '../../../src/host/tree-writer.js';
import { temporaryDirectory } from '../sources/fixture.js';

const MEMBER = { type: 'directory', mode: 0o755, mtime: 0, size: 0, target: '' } as const;

describe('TreeWriter', () => {
  it('takes no more members than its limit', () => {
    const tree = new TreeWriter(temporaryDirectory(), { entries: 2, bytes: 100 });
    const placement = { archive: 'many.tar', strip: 0, relocate: false };
    tree.add({ ...MEMBER, name: 'a' }, placement);
    tree.add({ ...MEMBER, name: 'b' }, placement);
    expect(() => tree.add({ ...MEMBER, name: 'c' }, placement)).toThrow(
      'many.tar: it has more than 2 members',
    );
    expect(tree.entries).toBe(3);
  });

  it('takes no sizes and times that are none', () => {
    const root = temporaryDirectory();
    const tree = new TreeWriter(root);
    const placement = { archive: 'odd.tar', strip: 0, relocate: false };
    for (const size of [-1, NaN]) {
      const member = { ...MEMBER, type: 'file', name: 'a', size } as const;
      expect(() => tree.add(member, placement)).toThrow('its size is no number');
    }
    for (const [name, mtime] of [
      ['before', -5],
      ['never', NaN],
      ['late', 1e300],
    ] as const) {
      tree.add({ ...MEMBER, type: 'file', name, mtime }, placement)?.end();
      expect(statSync(join(root, name)).mtimeMs).toBe(name === 'late' ? 2 ** 33 * 1000 : 0);
    }
  });
});

describe('members', () => {
  it('reads names as components', () => {
    expect(memberPath('./a//b/./c/')).toEqual(['a', 'b', 'c']);
    expect(memberPath('./')).toEqual([]);
    for (const name of ['/a', 'a/../b', '..', 'a\0b'])
      expect(memberPath(name)).toHaveProperty('why');
    expect(memberPath('a..b/..c')).toEqual(['a..b', '..c']);
  });

  it('follows links as the kernel does', () => {
    const tree = new Map<string, Node>([
      ['d', 'directory'],
      ['loop', { leadsTo: 'loop' }],
      ['root', { leadsTo: 'd/..' }],
      ['abs', { leadsTo: '/etc' }],
    ]);
    expect(leadsOut('d/x', '../d/none/../y', tree)).toBe(false);
    expect(leadsOut('d/x', '../../y', tree)).toBe(true);
    expect(leadsOut('x', 'loop', tree)).toBe(false);
    expect(leadsOut('x', 'root/d', tree)).toBe(false);
    expect(leadsOut('x', 'root/..', tree)).toBe(true);
    expect(leadsOut('x', 'abs/passwd', tree)).toBe(true);
    expect(leadsOut('x', '/etc', tree)).toBe(true);
  });

  it('makes absolute targets of packages relative', () => {
    expect(relocatedTarget('lib/modules/1/build', '/usr/src/h')).toBe('../../../usr/src/h');
    expect(relocatedTarget('usr/src/h', '/usr/src')).toBe('.');
    expect(relocatedTarget('a', '/../../etc')).toBe('etc');
    expect(relocatedTarget('a/b', '../c')).toBe('../c');
  });
});
