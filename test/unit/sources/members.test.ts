// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import type { HttpMembers } from '../../../src/model/source.js';
import { fetchHttp } from '../../../src/sources/http.js';
import { tarOf, type Header } from '../host/tar-bytes.js';
import { failureOf, fetchContext, serve, temporaryDirectory } from './fixture.js';

const NAME = 'layer7.tar.gz';
const PATCH: Header = { name: 'layer7/kernel.patch', content: 'a patch\n', mode: 0o755 };
const MATCH: Header = { name: 'layer7/iptables/libxt.c', content: 'int main;\n' };
const OTHER: Header = { name: 'layer7/README', content: 'read me\n' };
const MEMBERS = { 'kernel.patch': sha256('a patch\n'), 'iptables/libxt.c': sha256('int main;\n') };

const packed = (...members: Header[]): Buffer => gzipSync(tarOf(...members));

/** A server that has the archive. @returns the archive's address */
async function having(bytes: Buffer): Promise<string> {
  return `${await serve((_, response) => response.end(bytes))}/${NAME}`;
}

function source(urls: readonly string[], more: Partial<HttpMembers> = {}): HttpMembers {
  return { kind: 'http', urls, members: MEMBERS, ...more };
}

describe('files of an archive whose own digest is not known', () => {
  it('come alone, each with the digest that is pinned', async () => {
    const url = await having(packed(PATCH, OTHER, MATCH));
    const ctx = fetchContext();
    const fetched = await fetchHttp('layer7', source([url]), ctx);
    expect(fetched).toEqual({
      files: [
        { name: 'kernel.patch', sha256: MEMBERS['kernel.patch'], size: 8, from: url },
        { name: 'iptables/libxt.c', sha256: MEMBERS['iptables/libxt.c'], size: 10, from: url },
      ],
      pinned: true,
      tree: true,
    });
    expect(readdirSync(ctx.out).sort()).toEqual(['iptables', 'kernel.patch']);
    expect(readFileSync(join(ctx.out, 'iptables/libxt.c'), 'utf8')).toBe('int main;\n');
    expect(ctx.warnings).toEqual([]);
  });

  it('are named as they stand once folders are stripped', async () => {
    const url = await having(packed(PATCH));
    const members = { 'layer7/kernel.patch': MEMBERS['kernel.patch'] };
    const ctx = fetchContext();
    await fetchHttp('layer7', source([url], { members, strip: 0 }), ctx);
    expect(readdirSync(join(ctx.out, 'layer7'))).toEqual(['kernel.patch']);
  });

  it('are looked for in mirrors first, and taken from the next place when one has others', async () => {
    const mirror = temporaryDirectory();
    writeFileSync(join(mirror, NAME), packed(PATCH, { ...MATCH, content: 'int evil;\n' }));
    const url = await having(packed(PATCH, MATCH));
    const ctx = fetchContext({ mirrors: [mirror] });
    const { files } = await fetchHttp('layer7', source([url]), ctx);
    expect(files[0]?.from).toBe(url);
    expect(ctx.warnings).toEqual([
      expect.stringContaining(`${NAME}: not taken from ${join(mirror, NAME)}`),
    ]);
    expect(readFileSync(join(ctx.out, 'iptables/libxt.c'), 'utf8')).toBe('int main;\n');
  });

  it('with other digests, or missing, or in no archive: all is told, and put aside', async () => {
    const other = packed(PATCH, { ...MATCH, content: 'int evil;\n' });
    const lacking = packed(MATCH);
    const page = Buffer.from('<html>not here</html>');
    const urls = [await having(other), await having(lacking), await having(page)];
    const ctx = fetchContext();
    const failure = await failureOf(fetchHttp('layer7', source(urls), ctx));
    const aside = join(ctx.cache, 'quarantine');
    const kept = (bytes: Buffer): string =>
      `kept as  ${join(aside, `${sha256(bytes).slice(0, 12)}-${NAME}`)}`;
    expect(failure.reason).toBe('checksum-mismatch');
    expect(failure.message).toContain(`${NAME} does not hold the files that the recipe pins`);
    expect(failure.details).toEqual([
      `expected ${MEMBERS['kernel.patch']} kernel.patch`,
      `expected ${MEMBERS['iptables/libxt.c']} iptables/libxt.c`,
      `found    ${sha256('int evil;\n')} iptables/libxt.c at ${urls[0] ?? ''}`,
      kept(other),
      `found    no file kernel.patch at ${urls[1] ?? ''}`,
      kept(lacking),
      expect.stringMatching(/^found {4}layer7\.tar\.gz: it is no tar archive, .* at http/),
      kept(page),
    ]);
    expect(failure.hints?.join(' ')).toMatch(/likely causes: .*--mirror/);
    expect(readdirSync(aside)).toHaveLength(3);
    expect(readdirSync(ctx.out)).toEqual([]);
  });

  it.each<[string, Header, RegExp]>([
    ['a link', { name: PATCH.name, type: '2', linkname: 'README' }, /no file kernel\.patch/],
    ['a folder', { name: PATCH.name, type: '5' }, /no file kernel\.patch/],
    ['in an archive that leads out', { name: 'layer7/../../evil' }, /leads out of the tree/],
    [
      'in an archive with a link out',
      { name: 'layer7/evil', type: '2', linkname: '../../../etc' },
      /out of the tree/,
    ],
    ['beside too much', { name: 'layer7/big', size: 9 * 1024 ** 3 }, /unpacks to more than 8/],
  ])('%s: refused', async (_, hostile, complaint) => {
    const url = await having(packed(OTHER, hostile, MATCH));
    const failure = await failureOf(fetchHttp('layer7', source([url]), fetchContext()));
    expect(failure.reason).toBe('checksum-mismatch');
    expect(failure.details?.join('\n')).toMatch(complaint);
  });

  it('offline: archive, addresses and every digest are named', async () => {
    const ctx = fetchContext({ offline: true });
    const url = `https://example.org/${NAME}`;
    const failure = await failureOf(fetchHttp('layer7', source([url]), ctx));
    expect(failure.details).toEqual([
      `address: ${url}`,
      `SHA-256 of kernel.patch: ${MEMBERS['kernel.patch']}`,
      `SHA-256 of iptables/libxt.c: ${MEMBERS['iptables/libxt.c']}`,
    ]);
  });
});
