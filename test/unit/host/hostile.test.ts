// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failureOf, fetchContext } from '../sources/fixture.js';
import { tarOf, type Header } from './tar-bytes.js';
import { archive, unpacking } from './unpacking.js';

describe('a hostile archive', () => {
  const FILE: Header = { name: 'a/file', content: 'x' };
  it.each<[string, Header[], RegExp]>([
    [
      'a name with ..',
      [FILE, { name: 'a/../../evil' }],
      /"a\/\.\.\/\.\.\/evil": its name leads out/,
    ],
    ['an absolute name', [FILE, { name: '/tmp/l7build-evil' }], /evil": its name is absolute/],
    [
      'a link out',
      [FILE, { name: 'a/l', type: '2', linkname: '../../x' }],
      /links to \.\.\/\.\.\/x/,
    ],
    ['an absolute link', [{ name: 'a/l', type: '2', linkname: '/etc' }], /links to \/etc, out/],
    [
      'a link out by way of another',
      [
        { name: 'a/d/e/up', type: '2', linkname: '../..' },
        { name: 'a/evil', type: '2', linkname: 'd/e/up/../x' },
      ],
      /"evil": it links to d\/e\/up\/\.\.\/x, out of the tree/,
    ],
    [
      'a file through a link',
      [
        { name: 'a/l', type: '2', linkname: 'd' },
        { name: 'a/l/evil', content: 'x' },
      ],
      /lies below l, which is a file or link/,
    ],
    ['a file below a file', [FILE, { name: 'a/file/x' }], /lies below file/],
    ['a directory over a file', [FILE, { name: 'a/file', type: '5' }], /file or link before/],
    ['a file over a directory', [{ name: 'a/d/x' }, { name: 'a/d' }], /was a directory before/],
    ['a hard link out', [{ name: 'a/h', type: '1', linkname: '/etc/passwd' }], /absolute/],
    ['a hard link to nothing', [{ name: 'a/h', type: '1', linkname: 'a/no' }], /no file of this/],
    [
      'a hard link to a link',
      [
        { name: 'a/l', type: '2', linkname: 'x' },
        { name: 'a/h', type: '1', linkname: 'a/l' },
      ],
      /no file of this archive/,
    ],
    ['a character device', [FILE, { name: 'a/null', type: '3' }], /"a\/null": it is a device/],
    ['a block device', [FILE, { name: 'a/sda', type: '4' }], /it is a device/],
    ['a fifo', [FILE, { name: 'a/pipe', type: '6' }], /it is a device, pipe/],
    ['an unknown kind', [FILE, { name: 'a/odd', type: 'S' }], /of another kind/],
    ['two top directories', [FILE, { name: 'b/file' }], /one top directory/],
    ['a file beside the top directory', [FILE, { name: 'file' }], /one top directory/],
    [
      'more bytes than a tree may have',
      [FILE, { ...FILE, name: 'a/two' }, { name: 'a/x', size: 8 * 1024 ** 3 - 1 }],
      /unpacks to more than 8\.0 GiB/,
    ],
  ])('refuses %s, and leaves nothing', async (_, members, message) => {
    const ctx = fetchContext();
    const path = archive('hostile.tar', tarOf(...members));
    const failure = await failureOf(unpacking([path], {}, ctx));
    expect(failure.reason).toBe('archive-refused');
    expect(failure.message).toMatch(/^hostile\.tar/);
    expect(failure.message).toMatch(message);
    expect(readdirSync(ctx.out)).toEqual([]);
    expect(readdirSync(ctx.dir).sort()).toEqual(['cache', 'out', 'scratch']);
    expect(existsSync('/tmp/l7build-evil')).toBe(false);
  });

  it('refuses what is no archive or is damaged', async () => {
    const text = await failureOf(unpacking([archive('a.tar.gz', Buffer.from('<html>'))], {}));
    expect(text.message).toContain('no tar archive');
    const whole = tarOf({ name: 'a/b', content: 'x'.repeat(5000) });
    const short = archive('short.tar', whole.subarray(0, 2000));
    expect((await failureOf(unpacking([short], {}))).message).toMatch(/damaged: .*[Tt]runcated/);
    const packed = execFileSync('xz', ['-c'], { input: whole });
    const cut = archive('cut.tar.xz', packed.subarray(0, packed.length - 20));
    expect((await failureOf(unpacking([cut], {}))).message).toMatch(/damaged: .*end of input/);
    const spoiled = Buffer.from(whole);
    spoiled[0] = 0x7a;
    const sum = await failureOf(unpacking([archive('sum.tar', spoiled)], {}));
    expect(sum.message).toContain('checksum failure');
    const long = { name: `a/${'n'.repeat(80)}`, linkname: 'x'.repeat(99) };
    const deep = tarOf({ ...long, type: '2', linkname: '../'.repeat(30) });
    expect((await failureOf(unpacking([archive('d.tar', deep)], {}))).reason).toBe(
      'archive-refused',
    );
  });
});
