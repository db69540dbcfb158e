// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import type { DebsSource } from '../../../src/model/source.js';
import { resolveSet } from '../../../src/sources/apt-set.js';
import { addressesOf, fetchDebs } from '../../../src/sources/debs.js';
import { failureOf, fetchContext, machineWith, OWN, serve, temporaryDirectory } from './fixture.js';

/** Names of packages; their content is their name. */
const NAMES = ['a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g++1'];
const fileOf = (name: string): string => `${name}_1.0+x_all.deb`;
const SOURCE: DebsSource = {
  kind: 'debs',
  snapshot: '20260102T030405Z',
  debs: NAMES.map((name) => ({
    name,
    version: '1.0+x',
    archive: 'main',
    path: `pool/main/${fileOf(name)}`,
    size: name.length,
    sha256: sha256(name),
  })),
};

function folderOf(names: readonly string[]): string {
  const dir = temporaryDirectory();
  for (const name of names) writeFileSync(join(dir, fileOf(name)), name);
  return dir;
}

describe('addresses of a pinned package', () => {
  const snapshot = '20260102T030405Z';
  it('are the mirror’s, then those of the snapshot, each encoded', () => {
    const deb = { archive: 'main', path: 'pool/main/g/gcc/g++_1~2_all.deb' } as const;
    const path = 'pool/main/g/gcc/g%2B%2B_1~2_all.deb';
    expect(addressesOf(deb, snapshot, { main: 'http://m/debian' })).toEqual([
      `http://m/debian/${path}`,
      `https://snapshot.debian.org/archive/debian/${snapshot}/${path}`,
    ]);
  });

  it('of the security archive start at its own address', () => {
    const deb = { archive: 'security', path: 'pool/updates/main/a/a_1_all.deb' } as const;
    const mirrors = { main: 'http://m/debian/', security: 'http://m/debian-security/' };
    expect(addressesOf(deb, snapshot, mirrors)).toEqual([
      'http://m/debian-security/pool/updates/main/a/a_1_all.deb',
      `https://snapshot.debian.org/archive/debian-security/${snapshot}/pool/updates/main/a/a_1_all.deb`,
    ]);
    expect(addressesOf(deb, snapshot, { main: 'http://m/debian' })).toHaveLength(1);
  });
});

describe('pinned packages', () => {
  it('come from a folder without any network, and say how far they are', async () => {
    const done: number[] = [];
    const ctx = fetchContext({ mirrors: [folderOf(NAMES)], offline: true });
    const progress = (now: { readonly done: number }): void => void done.push(now.done);
    const { files, pinned } = await fetchDebs('toolchain', SOURCE, { ...ctx, progress });
    expect(pinned).toBe(true);
    expect(files.map(({ name }) => name)).toEqual(NAMES.map(fileOf));
    expect(readFileSync(join(ctx.out, fileOf('g++1')), 'utf8')).toBe('g++1');
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('come from a server, four at a time', async () => {
    let open = 0;
    let most = 0;
    const base = await serve((request, response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.end(decodeURIComponent(request.url ?? '').replace(/^\/|_.*/g, ''));
      }, 50);
    });
    const ctx = fetchContext({ mirrors: [base] });
    expect((await fetchDebs('toolchain', SOURCE, ctx)).files).toHaveLength(NAMES.length);
    expect(most).toBe(4);
  });

  it('that a mirror refuses now and then are asked for again after the others', async () => {
    const asked: string[] = [];
    let refusals = 0;
    const base = await serve((request, response) => {
      const name = decodeURIComponent(request.url ?? '').replace(/^.*\/|_.*/g, '');
      asked.push(name);
      const refused = name === 'a1' && asked.filter((one) => one === name).length <= refusals;
      response.writeHead(refused ? 403 : 200).end(refused ? '' : name);
    });
    machineWith(`deb ${base} ${OWN} main\n`);
    refusals = 2;
    expect((await fetchDebs('toolchain', SOURCE, fetchContext())).files).toHaveLength(NAMES.length);
    expect(asked.lastIndexOf('a1')).toBe(NAMES.length + 1);
    refusals = Infinity;
    const failure = await failureOf(fetchDebs('toolchain', SOURCE, fetchContext()));
    expect(failure).toMatchObject({ reason: 'network-failed' });
    expect(failure.message).toContain(fileOf('a1'));
  }, 60_000);

  it('with a wrong content are refused, and no more are taken', async () => {
    const dir = folderOf(NAMES);
    writeFileSync(join(dir, fileOf('a1')), 'xx');
    const ctx = fetchContext({ mirrors: [dir], offline: true });
    const failure = await failureOf(fetchDebs('toolchain', SOURCE, ctx));
    expect(failure).toMatchObject({ reason: 'checksum-mismatch' });
    expect(failure.message).toContain('a1_1.0+x_all.deb');
    expect(readdirSync(ctx.out)).not.toContain(fileOf('a1'));
  });

  it('that are nowhere are named, with the address to have them from', async () => {
    const ctx = fetchContext({ mirrors: [folderOf(NAMES.slice(1))], offline: true });
    const failure = await failureOf(fetchDebs('toolchain', SOURCE, ctx));
    expect(failure.reason).toBe('source-missing');
    expect(failure.details?.join()).toContain('https://snapshot.debian.org/archive/debian/');
    expect(failure.hints?.join()).toMatch(/--mirror/);
    expect(failure.hints?.join()).not.toMatch(/--source/);
  });

  it('come from the machine’s mirror by its apt (needs a Debian mirror)', async () => {
    const ctx = fetchContext();
    const lock = await resolveSet('bookworm', ['libssl-dev'], ctx);
    const debs = lock.debs.filter(({ name }) => ['libssl3', 'sed'].includes(name));
    expect(debs).toHaveLength(2);
    const { files } = await fetchDebs('toolchain', { ...lock, debs }, ctx);
    expect(files.map((file) => file.sha256)).toEqual(debs.map((deb) => deb.sha256));
  }, 120_000);
});
