// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpackArchive } from '../../../src/host/archive.js';
import { TreeWriter } from '../../../src/host/tree-writer.js';
import { failureText } from '../../../src/ui/failure-text.js';
import { tarOf, type Header } from '../host/tar-bytes.js';
import { archive, unpacking } from '../host/unpacking.js';
import { failureOf, fetchContext, temporaryDirectory } from '../sources/fixture.js';
import { untouched } from './witness.js';

const FILE: Header = { name: 'a/file', content: 'x' };

/** A record of pax(1): its own length, a blank, and what it says. */
function record(keyword: string, value: string): string {
  const rest = ` ${keyword}=${value}\n`;
  const length = Buffer.byteLength(rest);
  const digits = String(length + String(length).length).length;
  return `${String(length + digits)}${rest}`;
}

/** An extended header for the member after it, and that member. */
const pax = (keyword: string, value: string, member: Header = FILE): Header[] => [
  { name: 'PaxHeader', type: 'x', content: record(keyword, value) },
  member,
];

/** GNU's way to give the member after it a long name (L) or a long target (K). */
const gnu = (type: 'L' | 'K', value: string, member: Header = FILE): Header[] => [
  { name: '././@LongLink', type, content: `${value}\0` },
  member,
];

const LINK: Header = { name: 'a/link', type: '2', linkname: 'file' };

describe('an archive that is refused, whatever way it says it', () => {
  it.each<[string, Header[], RegExp]>([
    ['a name that leads out, by pax', pax('path', 'a/../../evil'), /leads out of the tree/],
    ['an absolute name, by pax', pax('path', '/tmp/l7build-evil'), /its name is absolute/],
    ['a link out, by pax', pax('linkpath', '../../../etc', LINK), /out of the tree/],
    ['an absolute link, by pax', pax('linkpath', '/etc/passwd', LINK), /out of the tree/],
    ['a name that leads out, by GNU', gnu('L', 'a/../../evil'), /leads out of the tree/],
    ['an absolute name, by GNU', gnu('L', '/tmp/l7build-evil'), /its name is absolute/],
    ['a link out, by GNU', gnu('K', '../../../etc', LINK), /out of the tree/],
    ['a component longer than any', pax('path', `a/${'n'.repeat(300)}`), /ENAMETOOLONG/],
    ['a path longer than any', pax('path', `a/${'n/'.repeat(2100)}f`), /longer than any path/],
    ['folders without end', pax('path', `a/${'d/'.repeat(200_000)}f`), /longer than any path/],
    ['a target longer than any', pax('linkpath', 'x'.repeat(5000), LINK), /ENAMETOOLONG|longer/],
    ['a size beyond all', pax('size', '9'.repeat(30)), /unpacks to more|size|damaged/],
    ['a pax header of megabytes', pax('comment', 'x'.repeat(3_000_000)), /member "PaxHeader"/],
    ['a link to nothing at all', [{ name: 'a/l', type: '2', linkname: '' }], /damaged/],
    ['a name of nothing', [{ name: '', content: 'x' }], /damaged/],
    [
      'a hard link by way of a link',
      [
        { name: 'a/d/x', content: 'x' },
        { name: 'a/l', type: '2', linkname: 'd' },
        { name: 'a/h', type: '1', linkname: 'a/l/x' },
      ],
      /no file of this archive/,
    ],
    ['a hard link to itself', [{ name: 'a/h', type: '1', linkname: 'a/h' }], /no file of this/],
    [
      'a hard link to a folder',
      [
        { name: 'a/d/x', content: 'x' },
        { name: 'a/h', type: '1', linkname: 'a/d' },
      ],
      /no file of this archive/,
    ],
    [
      'a link that takes a folder’s place',
      [{ name: 'a/d/x' }, { name: 'a/d', type: '2', linkname: '..' }],
      /was a directory before/,
    ],
    [
      'a chain of links that leads out at its end',
      [
        ...Array.from({ length: 10 }, (_, index): Header => ({
          name: `a/l${String(index)}`,
          type: '2',
          linkname: `l${String(index + 1)}`,
        })),
        { name: 'a/l10', type: '2', linkname: '..' },
        { name: 'a/evil', type: '2', linkname: 'l0/../x' },
      ],
      /out of the tree/,
    ],
    ['a sparse file', [FILE, { name: 'a/s', type: 'S' }], /of another kind/],
    ['a part of another volume', [FILE, { name: 'a/m', type: 'M' }], /of another kind/],
    ['a folder as dumps have it', [FILE, { name: 'a/d', type: 'D' }], /of another kind/],
    ['a device with a name that drives terminals', [{ name: 'a/\x1b[2J', type: '3' }], /device/],
  ])('%s', async (_, members, complaint) => {
    const ctx = fetchContext();
    const whole = untouched(ctx.dir, 'out');
    const failure = await failureOf(unpacking([archive('h.tar', tarOf(...members))], {}, ctx));
    expect(failure.reason).toBe('archive-refused');
    expect(failure.message).toMatch(complaint);
    // eslint-disable-next-line no-control-regex
    expect(failureText(failure)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    expect(readdirSync(ctx.out)).toEqual([]);
    whole();
  });
});

describe('an archive that is odd, and does no harm', () => {
  it.each<[string, Header[], string[]]>([
    ['names with newlines', [{ name: 'a/x\ny' }], ['x\ny']],
    ['names with blanks and quotes', [{ name: 'a/ "$(touch x)" ' }], [' "$(touch x)" ']],
    ['names that are options', [{ name: 'a/--help' }, { name: 'a/-rf' }], ['--help', '-rf']],
    ['names of backslashes', [{ name: 'a/..\\..\\evil' }], ['..\\..\\evil']],
    ['names of dots', [{ name: 'a/...' }, { name: 'a/..b' }], ['...', '..b']],
    [
      'the top folder again and again',
      [
        { name: 'a', type: '5' },
        { name: 'a/./', type: '5' },
      ],
      [],
    ],
    [
      'a name that leads out for all members, by pax',
      [{ name: 'g', type: 'g', content: record('path', '../evil') }, FILE],
      ['file'],
    ],
    ['a NUL byte in a name, by pax', pax('path', 'a/b\0c'), ['b']],
    ['a size below zero, by pax', pax('size', '-1'), ['file']],
    ['a size of letters, by pax', pax('size', 'many'), ['file']],
    ['a file twice', [FILE, { ...FILE, content: 'y' }], ['file']],
    ['links in a ring', [LINK, { name: 'a/file', type: '2', linkname: 'link' }], ['file', 'link']],
    ['a link to itself', [{ name: 'a/l', type: '2', linkname: 'l' }], ['l']],
    [
      'more links in a row than a kernel follows',
      Array.from({ length: 60 }, (_, index): Header => ({
        name: `a/l${String(index).padStart(2, '0')}`,
        type: '2',
        linkname: `l${String(index + 1).padStart(2, '0')}`,
      })),
      Array.from({ length: 60 }, (_, index) => `l${String(index).padStart(2, '0')}`),
    ],
    ['bytes that are no UTF-8', [{ name: 'a/\xff\xfe' }], ['\ufffd\ufffd']],
    ['an owner, a mode and attributes of its own', [{ ...FILE, mode: 0o7777 }], ['file']],
  ])('%s', async (_, members, names) => {
    const ctx = fetchContext();
    const whole = untouched(ctx.dir, 'out');
    await unpacking([archive('odd.tar', tarOf(...members))], {}, ctx);
    expect(readdirSync(ctx.out).sort()).toEqual(names);
    whole();
  });

  it('a chain of links, each of which is many of the one before', async () => {
    const bomb = Array.from({ length: 30 }, (_, index): Header => {
      const before = `l${String(index - 1)}/`;
      const linkname = index === 0 ? '.' : before.repeat(20).slice(0, -1);
      return { name: `a/l${String(index)}`, type: '2', linkname };
    });
    const started = performance.now();
    await unpacking([archive('chain.tar', tarOf(...bomb))], {});
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('an archive that unpacks to more than it may', () => {
  const LIMITS = { entries: 10, bytes: 10_000 };
  const members = (count: number, header: (index: number) => Header): Header[] =>
    Array.from({ length: count }, (_, index) => header(index));
  it.each<[string, Buffer, RegExp]>([
    [
      'by its members',
      tarOf(...members(11, (index) => ({ name: `a/${String(index)}` }))),
      /more than 10 members/,
    ],
    [
      'by its folders',
      tarOf(...members(11, (index) => ({ name: `a/${String(index)}`, type: '5' }))),
      /more than 10 members/,
    ],
    [
      'by what its files hold',
      tarOf(...members(3, (index) => ({ name: `a/${String(index)}`, content: 'x'.repeat(4000) }))),
      /unpacks to more than 9\.8 KiB/,
    ],
    [
      'by what one says it holds',
      tarOf({ ...FILE, size: 20_000 }),
      /unpacks to more than 9\.8 KiB/,
    ],
    [
      'by headers of members that never come',
      Buffer.concat(
        members(300, () => pax('comment', 'x'.repeat(500))[0] ?? FILE).map((one) =>
          tarOf(one).subarray(0, -1024),
        ),
      ),
      /unpacks to more than/,
    ],
    [
      'by what stands behind its end',
      Buffer.concat([tarOf(FILE), Buffer.alloc(10_000_000)]),
      /unpacks to more than/,
    ],
  ])('%s', async (_, bytes, complaint) => {
    for (const [name, packed] of [
      ['plain.tar', bytes],
      ['packed.tar.gz', gzipSync(bytes)],
      ['packed.tar.xz', execFileSync('xz', ['-c'], { input: bytes })],
    ] as const) {
      const tree = new TreeWriter(temporaryDirectory(), LIMITS);
      const { signal } = new AbortController();
      const failure = await failureOf(unpackArchive(archive(name, packed), tree, { signal }));
      expect(failure.reason).toBe('archive-refused');
      expect(failure.message).toMatch(complaint);
    }
  });
});

describe('bytes that only begin like an archive', () => {
  it.each<[string, Buffer]>([
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0xff, 1, 2, 3, 4])],
    ['xz', Buffer.from('\xfd7zXZ\0garbage', 'latin1')],
    ['bzip2', Buffer.from('BZh9garbage')],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff, 0xff])],
    ['zstd with a window of gigabytes', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0, 0, 0])],
    ['a package', Buffer.from('!<arch>\ngarbage')],
    ['a package without content', Buffer.from('!<arch>\n')],
    ['a header of 0xff', Buffer.alloc(1024, 0xff)],
    ['a header whose numbers are none', tarOf({ name: 'a/x' }).fill('z', 100, 148)],
  ])('%s', async (_, bytes) => {
    const ctx = fetchContext();
    const whole = untouched(ctx.dir, 'out');
    const failure = await failureOf(unpacking([archive('x', bytes)], {}, ctx));
    expect(failure.reason).toBe('archive-refused');
    expect(readdirSync(join(ctx.dir, 'out'))).toEqual([]);
    whole();
  });
});
