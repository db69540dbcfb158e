// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import { fetchHttp } from '../../../src/sources/http.js';
import { failureOf, fetchContext, serve, temporaryDirectory } from './fixture.js';

const CONTENT = 'a release\n';
const DIGEST = sha256(CONTENT);
const OTHER = sha256('another');

function source(...urls: string[]): Parameters<typeof fetchHttp>[1] {
  return { kind: 'http', urls, sha256: DIGEST };
}

/** A server that has `linux.tar.xz` with this content, and nothing else. */
function having(content: string): Promise<string> {
  return serve((request, response) => {
    if (request.url?.endsWith('/linux.tar.xz') === true) response.end(content);
    else response.writeHead(404).end();
  });
}

describe('http source', () => {
  it('tries one address after another', async () => {
    const empty = await having('');
    const good = await having(CONTENT);
    const ctx = fetchContext();
    const urls = [`${good}/none/linux.tar.gz`, `${empty}/linux.tar.xz`, `${good}/v6/linux.tar.xz`];
    const { files } = await fetchHttp('linux', source(...urls), ctx);
    const name = 'linux.tar.gz';
    expect(files).toEqual([{ name, sha256: DIGEST, size: CONTENT.length, from: urls[2] }]);
    expect(ctx.warnings).toHaveLength(1);
    expect(ctx.warnings[0]).toContain(`not taken from ${urls[1] ?? ''}`);
  });

  it('looks into mirrors first, by file name', async () => {
    const mirror = temporaryDirectory();
    writeFileSync(join(mirror, 'linux.tar.xz'), CONTENT);
    const nowhere = 'http://no-such-host.invalid/linux.tar.xz';
    const folder = fetchContext({ mirrors: [temporaryDirectory(), mirror], offline: true });
    const [first] = (await fetchHttp('linux', source(nowhere), folder)).files;
    expect(first?.from).toBe(join(mirror, 'linux.tar.xz'));
    const web = fetchContext({ mirrors: [`${await having(CONTENT)}/pub`] });
    const [second] = (await fetchHttp('linux', source(nowhere), web)).files;
    expect(second?.from).toMatch(/\/pub\/linux\.tar\.xz$/);
    expect(readFileSync(join(web.out, 'linux.tar.xz'), 'utf8')).toBe(CONTENT);
  });

  it('keeps a file with a wrong checksum aside and names both digests', async () => {
    const mirror = temporaryDirectory();
    writeFileSync(join(mirror, 'linux.tar.xz'), 'another');
    const url = `${await having('another')}/linux.tar.xz`;
    const ctx = fetchContext({ mirrors: [mirror] });
    const failure = await failureOf(fetchHttp('linux', source(url), ctx));
    const kept = join(ctx.cache, 'quarantine', `${OTHER.slice(0, 12)}-linux.tar.xz`);
    expect(failure.reason).toBe('checksum-mismatch');
    expect(failure.message).toContain('linux.tar.xz');
    expect(failure.details).toEqual([
      `expected ${DIGEST}`,
      `found    ${OTHER} at ${join(mirror, 'linux.tar.xz')}`,
      `kept as  ${kept}`,
      `found    ${OTHER} at ${url}`,
      `kept as  ${kept}`,
    ]);
    expect(failure.hints?.join(' ')).toMatch(/likely causes: .*--mirror/);
    expect(readFileSync(kept, 'utf8')).toBe('another');
    expect(readdirSync(ctx.out)).toEqual([]);
    expect(existsSync(join(mirror, 'linux.tar.xz'))).toBe(true);
  });

  it('names what to bring when the network is off', async () => {
    const url = 'https://user:secret@example.org/linux.tar.xz';
    const ctx = fetchContext({ mirrors: ['/none', 'http://localhost'], offline: true });
    const failure = await failureOf(fetchHttp('linux', source(url), ctx));
    expect(failure.reason).toBe('source-missing');
    expect(failure.details).toEqual([
      '/none/linux.tar.xz: not there',
      'address: https://example.org/linux.tar.xz',
      `SHA-256 of linux.tar.xz: ${DIGEST}`,
    ]);
    expect(failure.hints).toEqual([
      'put the file, under its name, into a folder and add --mirror FOLDER; it is taken if its checksum is right',
      'or use a tree or archive of your own: --source linux=PATH',
      'or bring all from a host with a network: l7build bundle create there, l7build bundle use here',
    ]);
  });

  it('tells no network from a file that is gone', async () => {
    const gone = `${await having(CONTENT)}/other.tar.xz`;
    const missing = await failureOf(fetchHttp('linux', source(gone), fetchContext()));
    expect(missing.reason).toBe('source-missing');
    const nowhere = 'http://no-such-host.invalid/linux.tar.xz';
    const started = Date.now();
    const failure = await failureOf(fetchHttp('linux', source(gone, nowhere), fetchContext()));
    expect(failure.reason).toBe('network-failed');
    expect(failure.message).toContain('no-such-host.invalid');
    expect(failure.hints?.[0]).toContain('network');
    expect(Date.now() - started).toBeLessThan(8000);
  });

  it('says that a download was cut off', async () => {
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 5000 });
      response.write('half', () => setTimeout(() => response.destroy(), 20));
    });
    const url = `${base}/linux.tar.xz`;
    const failure = await failureOf(fetchHttp('linux', source(url), fetchContext()));
    expect(failure.reason).toBe('network-failed');
    expect(failure.details?.[0]).toMatch(/broke off after 4 of 5000 bytes/);
  });

  it('wants a file name at the end of an address', async () => {
    for (const url of ['http://example.org/', 'nonsense', 'http://example.org/%2e%2e']) {
      const failure = await failureOf(fetchHttp('linux', source(url), fetchContext()));
      expect(failure.reason).toBe('recipe-invalid');
    }
  });

  it('takes from a mirror only what is a file', async () => {
    const mirror = temporaryDirectory();
    mkdirSync(join(mirror, 'linux.tar.xz'));
    const ctx = fetchContext({ mirrors: [mirror], offline: true });
    const failure = await failureOf(
      fetchHttp('linux', source('http://a.invalid/linux.tar.xz'), ctx),
    );
    expect(failure.reason).toBe('source-missing');
  });
});
