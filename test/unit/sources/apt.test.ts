// SPDX-License-Identifier: GPL-2.0-only
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import type { AptSource } from '../../../src/model/source.js';
import type { FetchPolicy } from '../../../src/model/step.js';
import { fetchApt, resolveApt } from '../../../src/sources/apt.js';
import { mirrorsOf, pocketsOf } from '../../../src/sources/apt-config.js';
import { dependencies, parsePrintedUris, parseStanzas } from '../../../src/sources/apt-query.js';
import { failureOf, fetchContext, machineWith, OWN, type Fixture } from './fixture.js';

const HELLO: AptSource = { kind: 'apt', suite: 'bookworm', type: 'binary', package: 'hello' };
const ONLINE: FetchPolicy = { mirrors: [], offline: false };
const signal = new AbortController().signal;

/** Lists of bookworm, downloaded once for all tests. */
let shared: string;
beforeAll(async () => {
  shared = mkdtempSync(join(tmpdir(), 'l7build-apt-'));
  await resolveApt(HELLO, shared, ONLINE, signal);
}, 120_000);
afterAll(() => {
  rmSync(shared, { recursive: true, force: true });
});

function contextWithLists(policy: Partial<FetchPolicy> = {}): Fixture {
  const ctx = fetchContext(policy);
  cpSync(join(shared, 'apt/bookworm/binary/resolved'), keptIn(ctx), { recursive: true });
  return ctx;
}

function keptIn(ctx: Pick<Fixture, 'cache'>): string {
  return join(ctx.cache, 'apt/bookworm/binary/resolved');
}

/** Changes what is kept of the resolution. */
function spoil(ctx: Fixture, change: (text: string) => string): void {
  const [name = ''] = readdirSync(keptIn(ctx));
  const path = join(keptIn(ctx), name);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

describe('apt source (needs a Debian mirror)', () => {
  it('answers from what is kept without starting anything', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    try {
      const { version, files } = await resolveApt(HELLO, shared, ONLINE, signal);
      expect(version).toMatch(/^2\.10-/);
      expect(files).toHaveLength(1);
      expect(files[0]?.name).toMatch(/^hello_2\.10-.*_amd64\.deb$/);
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('asks again when the kept answer is old, and believes an old one without a network', async () => {
    const ctx = contextWithLists();
    const old = (text: string): string =>
      text.replace(/"at":\d+/, '"at":1').replace(/"version":"[^"]*"/, '"version":"0"');
    spoil(ctx, old);
    machineWith(`deb http://127.0.0.1:9/debian ${OWN} main\n`);
    expect((await resolveApt(HELLO, ctx.cache, ONLINE, signal)).version).toBe('0');
    delete process.env['APT_CONFIG'];
    expect((await resolveApt(HELLO, ctx.cache, ONLINE, signal)).version).toMatch(/^2\.10-/);
  }, 60_000);

  it('takes a mirror’s file if its checksum is right, also offline', async () => {
    const online = contextWithLists();
    const { files } = await fetchApt('hello', HELLO, online);
    expect(files[0]?.from).toMatch(/^[a-z]+:\/\/.*\/hello_/);
    const ctx = contextWithLists({ mirrors: [online.out], offline: true });
    const again = await fetchApt('hello', HELLO, ctx);
    expect(again.files[0]).toEqual({ ...files[0], from: join(online.out, files[0]?.name ?? '') });
    const none = contextWithLists({ offline: true });
    const failure = await failureOf(fetchApt('hello', HELLO, none));
    expect(failure.reason).toBe('source-missing');
    expect(failure.details?.join('\n')).toContain(files[0]?.sha256);
  });

  it('keeps a file aside that is not what Debian signed', async () => {
    const ctx = contextWithLists();
    const wrong = sha256('wrong');
    spoil(ctx, (text) => text.replace(/"sha256":"[0-9a-f]+"/, `"sha256":"${wrong}"`));
    const failure = await failureOf(fetchApt('hello', HELLO, ctx));
    expect(failure.reason).toBe('checksum-mismatch');
    expect(failure.details?.[0]).toBe(`expected ${wrong}`);
    expect(readdirSync(join(ctx.cache, 'quarantine'))).toHaveLength(1);
    expect(readdirSync(ctx.out)).toEqual([]);
  });

  it('resolves anew when the mirror no longer has the file', async () => {
    const ctx = contextWithLists();
    spoil(ctx, (text) => text.replace(/pool\/main\/h/, 'pool/main/gone'));
    const { files } = await fetchApt('hello', HELLO, ctx);
    expect(files[0]?.from).toContain('/pool/main/h/hello/');
  }, 60_000);

  it('says when a suite or a package is not there, or no name at all', async () => {
    const none = { ...HELLO, package: 'l7build-no-such-package' };
    const missing = await failureOf(resolveApt(none, shared, ONLINE, signal));
    expect(missing).toMatchObject({
      reason: 'source-missing',
      message: 'Debian bookworm has no binary package l7build-no-such-package',
    });
    for (const source of [
      { ...HELLO, suite: '../evil' },
      { ...HELLO, package: '--option' },
    ]) {
      const failure = await failureOf(resolveApt(source, shared, ONLINE, signal));
      expect(failure.reason).toBe('recipe-invalid');
    }
    const ctx = fetchContext();
    const suite = { ...HELLO, suite: 'no-such-suite' };
    const failure = await failureOf(resolveApt(suite, ctx.cache, ONLINE, signal));
    expect(failure.reason).toBe('source-missing');
    expect(failure.message).toContain('does not serve the suite no-such-suite');
  }, 60_000);

  it('limits a closure to what the recipe names', async () => {
    const meta = { ...HELLO, package: 'build-essential' };
    const closed = await resolveApt({ ...meta, closure: ['make'] }, shared, ONLINE, signal);
    expect(closed.files.map(({ name }) => name.replace(/_.*/, ''))).toEqual([
      'build-essential',
      'make',
    ]);
    const wide = resolveApt({ ...meta, closure: ['.*'] }, shared, ONLINE, signal);
    expect((await failureOf(wide)).message).toContain('more than 64 packages');
  });
});

describe('a source package (needs a Debian mirror)', () => {
  const source = { ...HELLO, type: 'source' } as const;
  const filesOf = async (file?: string): Promise<string[]> => {
    const some = file === undefined ? source : { ...source, file };
    const { files } = await resolveApt(some, shared, ONLINE, signal);
    return files.map(({ name }) => name);
  };

  it('comes whole, or as the file that is unpacked', async () => {
    expect(await filesOf()).toEqual(
      expect.arrayContaining([expect.stringMatching(/\.dsc$/), 'hello_2.10.orig.tar.gz']),
    );
    expect(await filesOf('hello_*.orig.tar.?z')).toEqual(['hello_2.10.orig.tar.gz']);
  }, 120_000);

  it('says what there is where that file is not', async () => {
    const failure = await failureOf(filesOf('hello_3*'));
    expect(failure.reason).toBe('source-missing');
    expect(failure.message).toBe(
      'the source package hello of Debian bookworm has no file hello_3*',
    );
    expect(failure.details).toContain('hello_2.10.orig.tar.gz');
  });
});

describe('the machine’s mirrors', () => {
  it('are named by apt (needs a Debian mirror)', async () => {
    const { main, security } = await mirrorsOf(signal);
    expect(main).toMatch(/^[a-z]+:\/\/.*\/$/);
    expect(security).not.toBe(main);
  });

  it('are found where no lists were ever downloaded', async () => {
    const sources = [
      'deb http://mirror.example/other stable main',
      `deb http://mirror.example/debian ${OWN} main`,
      `deb http://mirror.example/debian-security ${OWN}-security main`,
    ];
    machineWith(`${sources.join('\n')}\n`);
    expect(await mirrorsOf(signal)).toEqual({
      main: 'http://mirror.example/debian/',
      security: 'http://mirror.example/debian-security/',
    });
  });

  it('say what to add when there are none', async () => {
    machineWith('');
    const failure = await failureOf(mirrorsOf(signal));
    expect(failure.reason).toBe('host-lacks');
    expect(failure.hints?.[0]).toContain('deb [signed-by=');
  });

  it('that cannot be reached are told of within seconds', async () => {
    machineWith(`deb http://no-such-host.invalid/debian ${OWN} main\n`);
    const ctx = fetchContext();
    const started = Date.now();
    const failure = await failureOf(resolveApt(HELLO, ctx.cache, ONLINE, signal));
    expect(failure.reason).toBe('network-failed');
    expect(failure.message).toContain('no-such-host.invalid');
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('serve updates and security beside a suite, but not beside sid', () => {
    const mirrors = { main: 'http://m/debian/', security: 'http://m/debian-security/' };
    expect(pocketsOf('bookworm', mirrors).map(([, suite]) => suite)).toEqual([
      'bookworm',
      'bookworm-updates',
      'bookworm-security',
    ]);
    expect(pocketsOf('sid', mirrors)).toEqual([['http://m/debian/', 'sid']]);
    expect(pocketsOf('trixie', { main: 'x', security: undefined })).toHaveLength(2);
  });
});

describe('apt’s words', () => {
  it('are read as stanzas with their dependencies', () => {
    const [first, second] = parseStanzas(
      'Package: aa\nDepends: bb (>= 1), cc:any | dd, ee [amd64]\nPre-Depends: ff\nDescription: x\n more\n\n\nPackage: g\n',
    );
    expect(first?.['Description']).toBe('x\n more');
    expect(dependencies(first ?? {})).toEqual(['ff', 'bb', 'cc', 'dd', 'ee']);
    expect(dependencies(second ?? {})).toEqual([]);
  });

  it('are read as files, by name', () => {
    const digest = sha256('');
    const lines = [
      'Need to get 3 B of source archives.',
      `'http://m/pool/b.deb' b.deb 2 SHA256:${digest}`,
      `'http://m/pool/a.deb' ../a.deb 1 SHA256:${digest}`,
      `'http://m/pool/c.deb' c.deb 1 MD5Sum:0123`,
    ];
    expect(parsePrintedUris(lines.join('\n')).map(({ name, size }) => [name, size])).toEqual([
      ['.._a.deb', 1],
      ['b.deb', 2],
    ]);
  });
});
